"""Deactivates an access key of a user: whoever stole it has nothing from then on, and neither has its owner.

Temporary credentials (ASIA...) cannot be deactivated, and those that were got with the key outlive it.

Source: IAM API reference, UpdateAccessKey; IAM user guide, disabling permissions of temporary credentials; product 3.2.
"""

from __future__ import annotations

from nightlatch.acts.on_access_key import key_seen, set_status
from nightlatch.acts.on_identity import settle_to_stop
from nightlatch.domain.answering.acting import Act, Need, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind

_TOKENS = (
    "tokens that were got with the key live on, 36 hours at most, and the user's password and other keys stay: revoke"
    " sessions, too, where they were used"
)


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    key_seen(action, seen)
    return settle_to_stop(action, seen, terms)


def _plan(action: Action, seen: Seen) -> Plan:
    state, key = key_seen(action, seen)
    says = f"access key {key.id} of {state.identity.title} is inactive; whatever was signed with it is refused from now"
    calls = (set_status(state, key, active=False),) if key.is_active else ()
    return Plan(calls=calls, says=says, warnings=(_TOKENS,))


ACT = Act(
    kind=ActionKind.DEACTIVATE_KEY,
    label="Deactivate key",
    consequence="The access key is refused everywhere, by whoever uses it; it can be activated again.",
    needs=frozenset({Need.IDENTITY}),
    calls=frozenset({"iam:UpdateAccessKey"}),
    settle=_settle,
    plan=_plan,
)
