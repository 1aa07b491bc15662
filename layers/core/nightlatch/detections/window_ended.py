"""A deletion that somebody scheduled was carried out: for days anybody could have taken it back, and now nobody can.

The call was told when it was made, to whoever looked then. This is the last word about it: the secret is gone, who
scheduled it and when. Whether that was allowed is said beside it; an allowed one is only recorded. It is told once,
after a quarter of an hour, for a force delete within the window is another rule's matter and its record may be late.

Source: Secrets Manager API reference, DeleteSecret (7 days at least; the deletion itself is a background job without a
promised time); user guide, CloudTrail entries (EndSecretVersionDelete for every version); ATT&CK T1485.
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.event.principals import short_name
from nightlatch.domain.history.evidence import Evidence
from nightlatch.domain.history.examples import AT, WAITED, a_person, a_secret, a_service_event, an_event, sightings
from nightlatch.domain.history.sightings import Sighting
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.deletions import ENDED, FORCED, SAME_DELETION, WINDOW_ENDED, run_out
from nightlatch.domain.judging.findings import Remedy, Severity, Undone
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire when the wait is over and the last known call was made a whole window before."""
    if event.secret is None:
        return None
    if not baseline.elapsed:
        return Wait(LATENESS)
    call = run_out(event.secret, event.at, baseline)
    if call is None:
        return None
    near = baseline.done_to(event.secret, ENDED).between(event.at - SAME_DELETION, event.at + SAME_DELETION)
    is_forced = (event.request_id or "").endswith(FORCED)
    return Match(
        reason=_by_force(call, event) if is_forced else f"{_scheduled(call, event)}, and nobody cancelled it",
        headline="Secrets Manager destroyed {secrets} by force, before its time" if is_forced else None,
        evidence=Evidence.of(*near) if near else None,
        subject=f"scheduled-by:{call.principal}",
        # By force is not what was scheduled: whatever allowed the one did not allow the other.
        undoes=Undone(call.event_id, by=call.principal, at=None if is_forced else call.at),
    )


def _scheduled(call: Sighting, event: SecretEvent) -> str:
    days = (event.at - call.at).days
    return f"scheduled by {short_name(call.principal)} on {call.at:%Y-%m-%d %H:%M} UTC, {days} days before"


def _by_force(call: Sighting, event: SecretEvent) -> str:
    return (
        f"{_scheduled(call, event)}; the service's request id says that it was forced, and no such call is known, so"
        " somebody ended the window unseen"
    )


_DAY_S = 86_400.0
_SECRET = a_secret()
_MESSAGE = f"SecretDeleteMessage:{_SECRET.text}:2026-03-02T09:00:00Z"
_END = a_service_event(ENDED, secret=_SECRET, request_id=_MESSAGE)
_FORCED_END = a_service_event(ENDED, secret=_SECRET, request_id=f"{_MESSAGE}{FORCED}")
_CALL = an_event("DeleteSecret", secret=_SECRET, by=a_person("mallory"), at=AT - timedelta(days=7))
_FORCE = an_event("DeleteSecret", secret=_SECRET, by=a_person("mallory"), after_s=-20)
_CANCELLED = an_event("RestoreSecret", secret=_SECRET, by=a_person(), after_s=-5 * _DAY_S)


def _case(name: str, event: SecretEvent, *before: SecretEvent, fires: bool, waited: bool = True) -> Example:
    baseline = Baseline(on_secret=sightings([*before, event]), settled=WAITED if waited else None)
    return Example(name=name, event=event, fires=fires, severity=Severity.HIGH if fires else None, baseline=baseline)


DETECTION = Detection(
    id=WINDOW_ENDED,
    catalogue="DEL-08",
    title="The recovery window of a deletion is over",
    headline="Secrets Manager destroyed {secrets} at the end of the recovery window",
    severity=Severity.HIGH,
    event_names=secrets_manager(ENDED),
    techniques=("T1485",),
    evaluate=evaluate,
    remedy=Remedy.RESURRECT,
    blind_spots=(
        "AWS promises no time for the end of a window, and only a real account can tell what request id it has. "
        "History does not keep how long a window was: one that was ended by force unseen is told by its request id "
        "alone. A call older than 90 days is not known; then the end is DEL-06. While a secret awaits its deletion "
        "it cannot be copied again: of copies that are kept for 30 days none may be left after more than 14."
    ),
    playbook="""\
Ask whoever scheduled it whether it is missed; the message names them and the day.
Is it missed? The button or nightlatch restore SECRET creates it again where the vault has it, under a new ARN.
No button: the vault has no copy, or the event is older than an hour; nightlatch snapshots list SECRET says which.
Not missed? Answer no, so that nobody wonders. Next time: nightlatch allow SECRET --action delete, and this stays quiet.
Was it forced within its window? Then look for a blind trail, as for deletion.gone-without-call.""",
    examples=(
        _case("a window of seven days ends", _END, _CALL, fires=True),
        _case("within the window somebody ended it by force, and no call shows it", _FORCED_END, _CALL, fires=True),
        _case("the record of a force delete may still be on its way", _END, _CALL, fires=False, waited=False),
        _case("a force delete ended the window, as its own finding says", _FORCED_END, _CALL, _FORCE, fires=False),
        _case("it was cancelled, so what destroyed it is another matter", _END, _CALL, _CANCELLED, fires=False),
        _case("no call is known at all", _END, fires=False),
    ),
)
