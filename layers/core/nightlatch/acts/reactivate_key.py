"""Takes the deactivation of an access key back: the key works again, for everybody who has it.

Source: IAM API reference, UpdateAccessKey.
"""

from __future__ import annotations

from nightlatch.acts.on_access_key import key_seen, set_status
from nightlatch.acts.on_identity import settle_to_let_go
from nightlatch.domain.answering.acting import Act, Need, Plan, Seen
from nightlatch.domain.answering.actions import Action, ActionKind


def _plan(action: Action, seen: Seen) -> Plan:
    state, key = key_seen(action, seen)
    calls = () if key.is_active else (set_status(state, key, active=True),)
    return Plan(
        calls=calls,
        says=f"access key {key.id} of {state.identity.title} is active again",
        warnings=("whoever has stolen the key has it again: give the user a new one and delete this one",),
    )


ACT = Act(
    kind=ActionKind.REACTIVATE_KEY,
    label="Activate key again",
    consequence="The access key works again, for its owner and for whoever stole it.",
    needs=frozenset({Need.IDENTITY}),
    calls=frozenset({"iam:UpdateAccessKey"}),
    settle=settle_to_let_go,
    plan=_plan,
)
