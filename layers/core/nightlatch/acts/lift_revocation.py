"""Takes a revocation of sessions back: those that have not expired work again.

Source: IAM API reference, DeleteRolePolicy, DeleteUserPolicy.
"""

from __future__ import annotations

from nightlatch.acts.on_identity import delete_policy, identity_seen, our_policy, settle_to_let_go
from nightlatch.domain.answering.acting import Act, Need, Plan, Seen
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.containing.deny_policies import SESSIONS_POLICY


def _plan(action: Action, seen: Seen) -> Plan:
    state = identity_seen(action, seen)
    calls = (delete_policy(state, SESSIONS_POLICY),) if our_policy(state, SESSIONS_POLICY) is not None else ()
    return Plan(calls=calls, says=f"old sessions of {state.identity.title} work again until they expire")


ACT = Act(
    kind=ActionKind.LIFT_REVOCATION,
    label="Let sessions back in",
    consequence="Sessions that were ended work again until they expire, a thief's among them.",
    needs=frozenset({Need.IDENTITY}),
    calls=frozenset({"iam:DeleteRolePolicy", "iam:DeleteUserPolicy"}),
    settle=settle_to_let_go,
    plan=_plan,
)
