"""Rotation of a secret was switched off, or stretched beyond a year: a stolen value stays good from now on.

CancelRotateSecret also leaves behind what a running rotation had begun. Cancelling is an ordinary step before
a deletion, so the rule waits a quarter of an hour for the DeleteSecret that would explain it. What it tells
of is slow harm, and the wait costs nothing.

Source: Secrets Manager API reference, CancelRotateSecret and RotationRulesType (AutomaticallyAfterDays 1 to
1000, or a ScheduleExpression); design facts 7.3 (A11); ATT&CK T1098, T1556.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.event.secrets import SecretRef, may_be_same
from nightlatch.domain.history.examples import (
    AT,
    WAITED,
    a_denial,
    a_person,
    a_secret,
    a_service_event,
    an_event,
    sightings,
)
from nightlatch.domain.history.sightings import Sighting, succeeded
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.history.windows import Count, episode_at
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.rotations import Weakening, has_pending_version, weakening
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait
from nightlatch.domain.secret.schedules import longest_gap_days

DISTINCT_SECRETS = 3
WINDOW = timedelta(minutes=30)
REMINDED = timedelta(minutes=60)  # so long a maintenance may take; then the message says that it is off as yet

_CANCEL = "CancelRotateSecret"


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on a rotation ended or stretched, unless the secret is being retired; many at once are a sweep."""
    weakened = weakening(event, baseline)
    if not event.succeeded or (event.called("RotateSecret") and weakened is Weakening.NONE):
        return None
    if baseline.settled is None:
        return Wait(LATENESS)
    if event.secret and _is_retired(event.secret, event.at, baseline.on_secret, baseline.by_principal):
        # Whether it stays so: the record of a RestoreSecret within that quarter of an hour may be late.
        return None if baseline.is_past(event.at + 2 * LATENESS) else Wait(2 * LATENESS)
    reason = _reason(event, baseline)
    if weakened is Weakening.UNKNOWN:
        return Match(
            reason=f"{reason}; the schedule before it is not known",
            headline="{who} set a rotation schedule of more than a year for {secrets}",
            severity=Severity.LOW,
        )
    again = REMINDED if event.called(_CANCEL) else None
    lost = baseline.by_principal.until(baseline.settled).once(_losses, _losses)
    sweep = episode_at(lost, event.at, width=WINDOW, too_much=_is_sweep)
    if sweep is None:
        return Match(reason=reason, again=again)
    return Match(
        reason=f"{len(sweep.secrets)} secrets lost their rotation; of this one: {reason}",
        severity=Severity.CRITICAL,
        evidence=sweep.evidence,
        secrets=sweep.secrets,
        again=again,
    )


def _is_retired(secret: SecretRef, at: datetime, *trails: Trail) -> bool:
    """Tell whether the secret stood scheduled for deletion at a moment, or was within a quarter of an hour after it."""
    for trail in trails:
        about = trail.named("DeleteSecret", "RestoreSecret").only(succeeded).about(secret).upto(at + LATENESS)
        if about and about[-1].name == "DeleteSecret":
            return True
    return False


def _losses(trail: Trail) -> Trail:
    """Keep what the principal has cancelled or stretched and not retired."""
    calls = trail.only(_is_loss)
    return Trail.of(call for call in calls if call.secret and not _is_retired(call.secret, call.at, trail))


def _is_loss(call: Sighting) -> bool:
    return call.succeeded and (call.name == _CANCEL or call.weakens)


def _is_sweep(count: Count) -> bool:
    return count.secrets >= DISTINCT_SECRETS


def _reason(event: SecretEvent, baseline: Baseline) -> str:
    secret = event.secret
    if event.called("RotateSecret"):
        return f"the schedule was set to {longest_gap_days(event.request):g} days, longer than a year"
    said = ["rotation was switched off, and the secret was not deleted"]
    if secret is not None and has_pending_version(secret, baseline):
        said.append("a version labelled AWSPENDING was left behind")
    elif secret is not None and baseline.rotation_open(secret, event.at):
        said.append("a rotation was under way and may have left a version labelled AWSPENDING")
    again = secret is not None and baseline.done_to(secret, "RotateSecret").only(succeeded).after(event.at)
    if baseline.is_past(event.at + REMINDED) and not again:
        said.append("within an hour no record shows it on again")
    return "; ".join(said)


def _cancel(name: str = "prod/db", *, after_s: float = 0) -> SecretEvent:
    return an_event(_CANCEL, secret=a_secret(name), by=a_person("mallory"), after_s=after_s)


def _rotate(**rules: object) -> SecretEvent:
    return an_event("RotateSecret", secret=a_secret(), by=a_person("ana"), request={"rotationRules": rules})


_SWEEP = [_cancel(f"prod/{n}", after_s=n * 60) for n in range(3)]
_DELETED = an_event("DeleteSecret", secret=a_secret(suffix=None), by=a_person("mallory"), after_s=30)
_YEARS = _rotate(automaticallyAfterDays=1000)
_YEARS_BEFORE = replace(_YEARS, event_id="before", at=AT - timedelta(days=3))
_MONTH_BEFORE = replace(_rotate(automaticallyAfterDays=30), event_id="before", at=AT - timedelta(days=3))
_STARTED = a_service_event("RotationStarted", secret=a_secret(), after_s=-20)


def _case(name: str, event: SecretEvent, *others: SecretEvent, severity: Severity | None = None) -> Example:
    """Judge an event after its wait, with what else is known of its principal and its secret."""
    mine = [e for e in others if e.principal == event.principal and event.at - e.at <= timedelta(days=1)]
    on_secret = [e for e in (*others, event) if event.secret and e.secret and may_be_same(e.secret, event.secret)]
    baseline = Baseline(by_principal=sightings([*mine, event]), on_secret=sightings(on_secret), settled=WAITED)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="rotation.cancelled",
    catalogue="ROT-01",
    title="Rotation was cancelled or weakened",
    headline="{who} switched off or weakened the rotation of {secrets}",
    severity=Severity.HIGH,
    event_names=secrets_manager(_CANCEL, "RotateSecret"),
    techniques=("T1098", "T1556"),
    remedy=Remedy.PUT_ROTATION_BACK,
    evaluate=evaluate,
    blind_spots=(
        "Only more than 365 days counts as weakened, and a schedule set more than ninety days ago is forgotten: it is "
        "LOW then. A rotation that fails, or whose function is broken, is not seen here, nor a schedule that another "
        "way than cancelling took away."
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
        _case("a month becomes a thousand days", _YEARS, _MONTH_BEFORE, severity=Severity.HIGH),
        _case("a schedule of a thousand days, and none known before it", _YEARS, severity=Severity.LOW),
        _case("cancelled because the secret is retired", _cancel(), _DELETED),
        _case("a schedule of years that was one already", _YEARS, _YEARS_BEFORE),
        _case("an ordinary schedule", _rotate(scheduleExpression="rate(30 days)")),
        _case("a refused cancellation", an_event(_CANCEL, failure=a_denial(_CANCEL, "prod/db"))),
    ),
)
