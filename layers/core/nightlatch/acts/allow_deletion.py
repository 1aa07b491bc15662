"""Lets a planned deletion through: for some hours it is recorded and not undone; by force, the guard is off as well.

The succeeded response is itself the allowance (`domain/allowances.py`): whoever judges a deletion finds it in the
ledger. One person allows a deletion that can be taken back, two allow one that cannot (ruling 14). When the time is
over, the minute's tick puts the guard back, by the same yes; `end_allowance.py` ends it sooner.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from nightlatch.acts.on_secret import our_secret
from nightlatch.acts.resource_policy import POLICY_CALLS, metadata_of, without_guard
from nightlatch.domain.answering.acting import Act, Need, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.allowances import LONGEST
from nightlatch.domain.errors import Refused

_TWO = 2


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    """Count the time from when it begins, not from when it was wished: two people take a while."""
    our_secret(action, seen)
    lasting = action.lasting or timedelta(0)
    if not timedelta(0) < lasting <= LONGEST:
        hours = LONGEST // timedelta(hours=1)
        raise Refused(f"a deletion is allowed for {hours} hours at most; allow it when it is due")
    if not action.note.strip():
        raise Refused("a deletion is allowed with a reason; say why")
    return replace(action, until=terms.now + lasting)


def _plan(action: Action, seen: Seen) -> Plan:
    secret = our_secret(action, seen)
    if action.until is None:
        raise Refused(f"secret {secret.name}: until when it is allowed was never settled; ask again")
    how = " without recovery" if action.force else ""
    says = f"until {action.until:%Y-%m-%d %H:%M} UTC secret {secret.name} may be deleted{how}, and nothing undoes it"
    if not action.force or secret.deleted_at is not None:
        return Plan(calls=(), says=says, takes_note=True)
    off = "the guard is off until then, for everybody who may delete; then it is put back"
    calls = without_guard(secret, metadata_of(seen, secret).policy_text)
    return Plan(calls=calls, says=says, warnings=(off,) if calls else (), takes_note=True)


def _people(action: Action, seen: Seen) -> int:
    del seen
    return _TWO if action.force else 1


ACT = Act(
    kind=ActionKind.ALLOW_DELETION,
    label="Allow deletion",
    consequence="Deletions of this secret are recorded and not undone, for the time that was asked.",
    needs=frozenset({Need.SECRET, Need.METADATA}),
    calls=POLICY_CALLS,
    settle=_settle,
    plan=_plan,
    people=_people,
)
