"""Takes a guard out of a secret's resource policy: what others wrote is given back byte for byte.

Two people must say yes, for nothing else stops a force delete. Where there was no policy before, none is left.
"""

from __future__ import annotations

from nightlatch.acts.on_secret import our_secret
from nightlatch.acts.resource_policy import POLICY_CALLS, metadata_of, without_guard
from nightlatch.domain.answering.acting import Act, Need, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.errors import Refused

_TWO = 2


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    """Refuse what AWS would refuse; what the policy says is warned of, not in the way of two people."""
    del terms
    secret = our_secret(action, seen)
    if secret.deleted_at is not None:
        raise Refused(f"secret {secret.name} waits to be deleted; its policy cannot be changed before it is restored")
    return action


def _plan(action: Action, seen: Seen) -> Plan:
    secret = our_secret(action, seen)
    says = f"took the guard off secret {secret.name}: it can be deleted without recovery now"
    calls = without_guard(secret, metadata_of(seen, secret).policy_text)
    lost = (
        "a force delete cannot be taken back; while the policy asks for a guard, `nightlatch guard apply` wants it back"
    )
    already = f"secret {secret.name} has no guard"
    return Plan(calls=calls, says=says, already=already, warnings=(lost,) if calls else ())


def _two_people(action: Action, seen: Seen) -> int:
    del action, seen
    return _TWO


ACT = Act(
    kind=ActionKind.REMOVE_GUARD,
    label="Remove guard",
    consequence="Whoever may delete this secret can do so without recovery.",
    needs=frozenset({Need.SECRET, Need.METADATA}),
    calls=POLICY_CALLS,
    settle=_settle,
    plan=_plan,
    people=_two_people,
)
