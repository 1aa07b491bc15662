"""Rotation of a secret was switched off, or stretched beyond a year: a stolen value stays good from now on.

CancelRotateSecret also leaves behind what a running rotation had begun. Cancelling is an ordinary step before
a deletion, so the rule waits a quarter of an hour for the DeleteSecret that would explain it. What it tells
of is slow harm, and the wait costs nothing.

Source: Secrets Manager API reference, CancelRotateSecret and RotationRulesType (AutomaticallyAfterDays 1 to
1000, or a ScheduleExpression); design facts 7.3 (A11); ATT&CK T1098, T1556.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from nightlatch.domain.baseline import LATENESS, Baseline, named
from nightlatch.domain.events import SecretEvent, secrets_manager
from nightlatch.domain.examples import a_denial, a_person, a_secret, a_service_event, an_event, sightings
from nightlatch.domain.findings import Severity
from nightlatch.domain.rotations import longest_gap_days
from nightlatch.domain.rules import Detection, Example, Match, Verdict, Wait
from nightlatch.domain.secrets import SecretRef, may_be_same
from nightlatch.domain.sightings import Sighting, secrets_of, within

LONGEST_DAYS = 365
DISTINCT_SECRETS = 3
WINDOW = timedelta(minutes=30)

_CANCEL = "CancelRotateSecret"


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on a rotation ended or stretched, unless the secret is being retired; many at once are a sweep."""
    if not event.succeeded:
        return None
    days = longest_gap_days(event.request)
    if event.called("RotateSecret") and (days is None or days <= LONGEST_DAYS):
        return None
    if event.secret is not None and _is_retired(event.secret, event.at, baseline):
        return None
    if not baseline.elapsed:
        return Wait(LATENESS)
    reason = _reason(event, baseline, days)
    sweep = _sweep(event, baseline)
    secrets = secrets_of(sweep)
    if len(secrets) < DISTINCT_SECRETS:
        return Match(reason=reason)
    return Match(
        reason=f"{len(secrets)} secrets lost their rotation; of this one: {reason}",
        severity=Severity.CRITICAL,
        evidence=sweep,
        secrets=secrets,
    )


def _is_retired(secret: SecretRef, at: datetime, baseline: Baseline) -> bool:
    """Tell whether the secret was scheduled for deletion at about that time."""
    deletions = named((*baseline.on_secret, *baseline.by_principal), "DeleteSecret")
    near = within(deletions, of=at, before=LATENESS, after=LATENESS)
    return any(s.succeeded and any(may_be_same(secret, other) for other in s.secrets) for s in near)


def _sweep(event: SecretEvent, baseline: Baseline) -> tuple[Sighting, ...]:
    """Give what this principal has cancelled up to now and not retired, and the judged event itself.

    Looking back only: what was cancelled later has not yet had its time to be retired, and looks back itself.
    """
    past = within(baseline.by_principal, of=event.at, before=WINDOW, after=timedelta(0))
    return tuple(s for s in past if s.event_id == event.event_id or _is_lost(s, baseline))


def _is_lost(sighting: Sighting, baseline: Baseline) -> bool:
    if sighting.name != _CANCEL or not sighting.succeeded or sighting.secret is None:
        return False
    return not _is_retired(sighting.secret, sighting.at, baseline)


def _reason(event: SecretEvent, baseline: Baseline, days: float | None) -> str:
    if days is not None and event.called("RotateSecret"):
        return f"the schedule was set to {days:g} days, longer than a year"
    under_way = event.secret is not None and baseline.rotation_open(event.secret, event.at)
    left = "; a rotation was under way and may have left a version labelled AWSPENDING" if under_way else ""
    return f"rotation was switched off, and the secret was not deleted{left}"


def _cancel(name: str = "prod/db", *, after_s: float = 0) -> SecretEvent:
    return an_event(_CANCEL, secret=a_secret(name), by=a_person("mallory"), after_s=after_s)


def _rotate(**rules: object) -> SecretEvent:
    return an_event("RotateSecret", secret=a_secret(), by=a_person("ana"), request={"rotationRules": rules})


_SWEEP = [_cancel(f"prod/{n}", after_s=n * 60) for n in range(3)]
_DELETED = an_event("DeleteSecret", secret=a_secret(suffix=None), by=a_person("mallory"), after_s=30)
_STARTED = a_service_event("RotationStarted", secret=a_secret(), after_s=-20)


def _case(name: str, event: SecretEvent, *others: SecretEvent, severity: Severity | None = None) -> Example:
    """Judge an event after its wait, with what else is known of its principal and its secret."""
    mine = [e for e in others if e.principal == event.principal]
    on_secret = [e for e in (*others, event) if event.secret and e.secret and may_be_same(e.secret, event.secret)]
    baseline = Baseline(by_principal=sightings([*mine, event]), on_secret=sightings(on_secret), elapsed=True)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="rotation.cancelled",
    catalogue="ROT-01",
    title="Rotation was cancelled or weakened",
    headline="{who} switched off or weakened the rotation of {secrets}",
    severity=Severity.HIGH,
    event_names=secrets_manager(_CANCEL, "RotateSecret"),
    techniques=("T1098", "T1556"),
    evaluate=evaluate,
    blind_spots=(
        "What the schedule was before is not kept, so only more than 365 days counts as weakened. A rotation that "
        "fails, or whose function is broken, is not seen here. In a sweep, stretched schedules of other secrets are "
        "not counted, cancelled ones are. Nobody is reminded yet that rotation is still off an hour later."
    ),
    playbook="""\
Ask who did it: a migration switches rotation off for an hour, and often forgets to switch it on again.
Remove a left-over AWSPENDING label first, or the next rotation fails.
Switch rotation on again with the old schedule and without rotating at once; then rotate when somebody watches.
Not meant: assume that somebody holds the present value and wants it to last. Rotate it today.""",
    examples=(
        _case(
            "cancelled during a rotation, and a quarter of an hour later not deleted",
            _cancel(),
            _STARTED,
            severity=Severity.HIGH,
        ),
        _case("three secrets in two minutes", _SWEEP[2], *_SWEEP[:2], severity=Severity.CRITICAL),
        _case("a schedule of a thousand days", _rotate(automaticallyAfterDays=1000), severity=Severity.HIGH),
        _case("cancelled because the secret is retired", _cancel(), _DELETED),
        _case("an ordinary schedule", _rotate(scheduleExpression="rate(30 days)")),
        _case("a refused cancellation", an_event(_CANCEL, failure=a_denial(_CANCEL, "prod/db"))),
    ),
)
