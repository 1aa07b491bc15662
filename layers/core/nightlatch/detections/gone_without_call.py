"""Secrets Manager destroyed a secret, and no call that asked for it is known.

Either the record of the DeleteSecret is missing (3 of 20 real deletions had none) or somebody stopped the
trail from writing it. The service's own event still comes, so this is how a blind trail shows itself. Late
records are common: the rule waits a quarter of an hour before it believes that there was no call.

Source: Secrets Manager user guide, CloudTrail entries; design facts 3.2 (real records of July 2023);
ATT&CK T1485, T1562.008 (now T1685.002).
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.history.evidence import Evidence
from nightlatch.domain.history.examples import AT, WAITED, a_secret, a_service_event, a_user, an_event, sightings
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity
from nightlatch.domain.judging.deletions import ENDED, FORCED, SAME_DELETION, STARTED, UNEXPLAINED, is_announced
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait

_BY_MESSAGE = "SecretDeleteMessage:"


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire when the wait is over and no deletion, replica removal or history accounts for the event."""
    secret = event.secret
    if secret is None or is_announced(secret, event.at, baseline):
        return None
    if not baseline.elapsed:
        return Wait(LATENESS)
    near = baseline.done_to(secret, STARTED, ENDED).between(event.at - SAME_DELETION, event.at + SAME_DELETION)
    evidence = Evidence.of(*near) if near else None
    request_id = event.request_id or ""
    if request_id.endswith(FORCED):
        reason = "the service's request id says that it was forced, and no DeleteSecret call is known"
    elif request_id.startswith(_BY_MESSAGE) and baseline.maturity is not Maturity.MATURE:
        # Not forced, so a window may have ended; its call can be older than the history we have.
        return Match(
            reason="no DeleteSecret call is known; a window may have ended that began before our history",
            severity=Severity.LOW,
            evidence=evidence,
            subject=UNEXPLAINED,
        )
    else:
        reason = "no DeleteSecret call is known for it"
    return Match(reason=reason, evidence=evidence, subject=UNEXPLAINED)


_SECRET = a_secret()
_MESSAGE = f"{_BY_MESSAGE}{_SECRET.text}:2026-03-02T09:00:00Z"
_END = a_service_event(ENDED, secret=_SECRET, after_s=20, request_id=f"{_MESSAGE}{FORCED}")
_START = a_service_event(STARTED, secret=_SECRET, after_s=10, request_id=f"{_MESSAGE}{FORCED}")
_WINDOW_END = a_service_event(ENDED, secret=_SECRET, request_id=_MESSAGE)
_LONG_AGO = an_event("DeleteSecret", secret=a_secret(suffix=None), by=a_user(), at=AT - timedelta(days=31))
_CANCELLED = an_event("RestoreSecret", secret=_SECRET, by=a_user(), at=AT - timedelta(days=30))

DETECTION = Detection(
    id="deletion.gone-without-call",
    catalogue="DEL-06",
    title="A secret is gone and no deletion call is known",
    headline="Secrets Manager destroyed {secrets}, and no deletion call is known",
    severity=Severity.HIGH,
    event_names=secrets_manager(STARTED, ENDED),
    techniques=("T1485", "T1562.008", "T1685.002"),
    evaluate=evaluate,
    remedy=Remedy.RESURRECT,
    blind_spots=(
        "Nobody is named: the service's events carry no caller. Where the trail and EventBridge are both cut, not "
        "even these arrive. With a short history the end of an old window cannot be told from a hidden call; it is "
        "LOW then. Only a real account can tell what request id the end of a window has; only forced ones were seen."
    ),
    playbook="""\
Look whether the trail was touched: StopLogging, DeleteTrail, changed event selectors, around this time.
Ask the event history (LookupEvents, DeleteSecret) in this Region: it does not need the trail.
Found the call? Then a record was lost on the way: treat it as the deletion it is, and check the delivery.
Not found? Treat the account as blinded: look at what else happened in the minutes before.
Was it wanted? Then leave it. Else the button or nightlatch restore SECRET creates it again, where the vault has it.
Its ARN gets a new ending: nightlatch references OLD-ARN says who uses the old one.""",
    examples=(
        Example(
            name="forced, and a quarter of an hour later still no call",
            event=_END,
            fires=True,
            baseline=Baseline(on_secret=sightings([_START, _END]), settled=WAITED),
            severity=Severity.HIGH,
        ),
        Example(
            name="scheduled, cancelled, and destroyed all the same",
            event=_WINDOW_END,
            fires=True,
            baseline=Baseline(
                on_secret=sightings([_LONG_AGO, _CANCELLED, _WINDOW_END]), settled=WAITED, maturity=Maturity.MATURE
            ),
            severity=Severity.HIGH,
        ),
        Example(
            name="a window may have ended that began before our history",
            event=_WINDOW_END,
            fires=True,
            baseline=Baseline(on_secret=sightings([_WINDOW_END]), settled=WAITED),
            severity=Severity.LOW,
        ),
        Example(
            name="a window of thirty days ends",
            event=_WINDOW_END,
            fires=False,
            baseline=Baseline(on_secret=sightings([_LONG_AGO, _WINDOW_END]), settled=WAITED),
        ),
        Example(
            name="the call may still be on its way",
            event=_END,
            fires=False,
            baseline=Baseline(on_secret=sightings([_END])),
        ),
    ),
)
