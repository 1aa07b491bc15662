"""Denies a user or role Secrets Manager and the keys on its way, and nothing else: its other work goes on.

This holds for old sessions and new ones, which for a workload is the only measure that does: it begins a new session
at once. It does not stop the principal from taking another role that it may take.

Source: IAM user guide, disabling permissions of temporary credentials (policies are asked at every call, and may need
minutes to reach every Region); Secrets Manager user guide, security-encryption; design facts 8.1.
"""

from __future__ import annotations

from nightlatch.acts.on_identity import identity_seen, our_policy, put_policy, settle_to_stop
from nightlatch.domain.answering.acting import Act, Need, Plan, Seen
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.containing.deny_policies import SECRETS_POLICY, denial


def _plan(action: Action, seen: Seen) -> Plan:
    state = identity_seen(action, seen)
    says = f"{state.identity.title} is denied every secret and the keys on their way"
    if our_policy(state, SECRETS_POLICY) is not None:
        return Plan(calls=(), says=says)
    return Plan(
        calls=(put_policy(state, SECRETS_POLICY, denial()),),
        says=says,
        warnings=(
            "IAM may need a few minutes to deny it everywhere",
            "another role that it may take is not denied anything",
        ),
    )


ACT = Act(
    kind=ActionKind.DENY_SECRETS,
    label="Deny secrets",
    consequence="It can neither read nor change any secret, in old sessions and new; everything else it does goes on.",
    needs=frozenset({Need.IDENTITY}),
    calls=frozenset({"iam:PutRolePolicy", "iam:PutUserPolicy"}),
    settle=settle_to_stop,
    plan=_plan,
)
