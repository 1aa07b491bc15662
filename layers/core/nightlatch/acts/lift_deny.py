"""Takes a denial of secrets back: what other policies allow is allowed again.

Source: IAM API reference, DeleteRolePolicy, DeleteUserPolicy.
"""

from __future__ import annotations

from nightlatch.acts.on_identity import delete_policy, identity_seen, our_policy, settle_to_let_go
from nightlatch.domain.answering.acting import Act, Need, Plan, Seen
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.containing.deny_policies import SECRETS_POLICY


def _plan(action: Action, seen: Seen) -> Plan:
    state = identity_seen(action, seen)
    calls = (delete_policy(state, SECRETS_POLICY),) if our_policy(state, SECRETS_POLICY) is not None else ()
    return Plan(calls=calls, says=f"{state.identity.title} is not denied secrets any more")


ACT = Act(
    kind=ActionKind.LIFT_DENY,
    label="Allow secrets again",
    consequence="It may do with secrets again whatever its other policies allow.",
    needs=frozenset({Need.IDENTITY}),
    calls=frozenset({"iam:DeleteRolePolicy", "iam:DeleteUserPolicy"}),
    settle=settle_to_let_go,
    plan=_plan,
)
