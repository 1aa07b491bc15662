"""The rotation of a secret fails again and again, or is overdue: the value grows old and nobody has noticed.

One failure is often mended by the retry. Two with no success between them are not, and where the schedule is known from
the records and its time is over, one is enough. One that never began leaves no record: the list of secrets shows it. It
is rarely an attack, but whoever wants a stolen value to last breaks the rotation in this very way. Secrets that a
service of AWS manages are that service's to rotate.

Source: Secrets Manager user guide, CloudTrail entries (RotationFailed, RotationAbandoned, TestRotationFailed) and
rotation windows (within a day, never into the next one); design facts 3.2 and 5.1 (managed secrets: `service!name`).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from nightlatch.domain.account.holding import Holding
from nightlatch.domain.account.missed import GRACE, LONGEST_WINDOW, MISSED, due_date, missed_rotation
from nightlatch.domain.event.events import NIGHTLATCH, SecretEvent, calls_of, secrets_manager
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.evidence import Evidence
from nightlatch.domain.history.examples import AT, WAITED, a_secret, a_service_event, an_event, sightings
from nightlatch.domain.history.sightings import Sighting
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait

STREAK = 2

_SUCCEEDED, _TEST_SUCCEEDED, _TEST_FAILED = "RotationSucceeded", "TestRotationSucceeded", "TestRotationFailed"
_FAILURES = ("RotationFailed", "RotationAbandoned", _TEST_FAILED)
_MANAGED = re.compile(r"[a-z-]+!.+")


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Judge a failure after a quarter of an hour, when a success between it and the last one has had time to come."""
    secret = event.secret
    if secret is None:
        return None
    due = due_date(event)
    if due is not None:
        return _missed(secret, due, baseline)
    if any(_MANAGED.fullmatch(name) for name in secret.names):
        return None
    if baseline.settled is None:
        return Wait(LATENESS)
    outcomes = baseline.done_to(secret, *_FAILURES, _SUCCEEDED, _TEST_SUCCEEDED)
    streak = outcomes.once(_streaks, _streaks).get(event.event_id, ())
    overdue = _overdue_since(event, secret, baseline)
    if len(streak) < STREAK and overdue is None:
        return None
    times = f"{len(streak)} times with no success between" if len(streak) > 1 else "once"
    late = f"; by its schedule it is overdue for {_span(overdue)}" if overdue is not None else ""
    return Match(
        reason=f"rotation failed {times}{late}",
        headline="The rotation of {secrets} is overdue and fails" if overdue is not None else None,
        severity=Severity.HIGH if overdue is not None else None,
        evidence=Evidence.of(*streak) if streak else None,
        subject=f"secret:{secret.keys[0]}",
    )


def _missed(secret: SecretRef, due: datetime, baseline: Baseline) -> Match | None:
    """Fire where nobody has tried in its window or since; a try that failed is told by its own record.

    What succeeded before the date was the rotation before this one; what has since is this one, late.
    """
    if baseline.settled is None:
        return None
    tries = baseline.done_to(secret, "RotationStarted", *_FAILURES, _SUCCEEDED)
    tried = next((one for one in reversed(tries) if one.at >= due - LONGEST_WINDOW), None)
    if tried is not None and (tried.name != _SUCCEEDED or tried.at >= due):
        return None
    return Match(
        reason=f"it was due by {due:%Y-%m-%d %H:%M} UTC, and no record shows that one began",
        headline="The rotation of {secrets} did not come",
        subject=f"secret:{secret.keys[0]}",
    )


def _streaks(outcomes: Trail) -> dict[str, tuple[Sighting, ...]]:
    """Give, by the event id of each failure, the run of failures up to it; a passed test mends only failed tests."""
    streaks: dict[str, tuple[Sighting, ...]] = {}
    run: tuple[Sighting, ...] = ()
    for outcome in outcomes:
        if outcome.name == _SUCCEEDED:
            run = ()
        elif outcome.name == _TEST_SUCCEEDED:
            run = tuple(failure for failure in run if failure.name != _TEST_FAILED)
        else:
            run = (*run, outcome)
            streaks[outcome.event_id] = run
    return streaks


def _overdue_since(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> timedelta | None:
    """Say for how long a rotation should have been over, None where it is not, or where no schedule is known."""
    steps = baseline.done_to(secret, "RotateSecret", _SUCCEEDED, "CancelRotateSecret").upto(event.at)
    schedule = next((s for s in reversed(steps) if s.succeeded and _sets(s)), None)
    if schedule is None or schedule.gap_days is None:
        return None  # unknown, or switched off
    done = steps.named(_SUCCEEDED)
    since = max(schedule.at, done[-1].at) if done else schedule.at
    gap = timedelta(days=schedule.gap_days)
    late = event.at - (since + gap + min(gap, LONGEST_WINDOW) + GRACE)  # no window reaches into the next one
    return late if late > timedelta(0) else None


def _sets(call: Sighting) -> bool:
    """Tell whether a call says what the schedule is from now on, if only that there is none."""
    return call.gap_days is not None or call.name == "CancelRotateSecret"


def _span(late: timedelta) -> str:
    hours = int(late.total_seconds()) // 3600
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"  # noqa: PLR2004 - two days, where days read better


_DAY_S = 86_400.0
_FAILED = a_service_event("RotationFailed", secret=a_secret())
_YESTERDAY = a_service_event("RotationFailed", secret=a_secret(), after_s=-_DAY_S)
_ABANDONED = a_service_event("RotationAbandoned", secret=a_secret(), after_s=-3600)
_MENDED = a_service_event(_SUCCEEDED, secret=a_secret(), after_s=-_DAY_S / 2)
_MONTHLY = an_event(
    "RotateSecret", secret=a_secret(), after_s=-40 * _DAY_S, request={"rotationRules": {"automaticallyAfterDays": 30}}
)
_OF_A_SERVICE = [a_service_event("RotationFailed", secret=a_secret("rds!db-1a2b"), after_s=-n) for n in (0, 60)]


_DUE = AT - timedelta(days=2)
_LISTED = Holding(arn=a_secret().text, next_rotation=_DUE)
_MISSED = [found for found in (missed_rotation(_LISTED, at=AT, before=None),) if found is not None]


def _case(name: str, event: SecretEvent, *known: SecretEvent, severity: Severity | None = None) -> Example:
    """Judge a failure, after its wait, with what else is known of its secret."""
    baseline = Baseline(on_secret=sightings([*known, event]), settled=WAITED)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="rotation.failing",
    catalogue="ROT-02",
    title="Rotation fails again and again, is overdue, or does not come",
    headline="The rotation of {secrets} failed again, with no success between",
    severity=Severity.MEDIUM,
    event_names=secrets_manager(*_FAILURES) | calls_of(NIGHTLATCH, MISSED),
    techniques=(),  # it concerns whoever runs the secret; ATT&CK has nothing for it
    evaluate=evaluate,
    blind_spots=(
        "A rotation that never starts leaves no record: it is seen by the inventory, an hour after its window at the "
        "soonest, and not in a hunt. A schedule is known for ninety days after it was set, and of a cron expression "
        "the longest gap that it leaves. As the window of a rotation the longest that its schedule allows, a day at "
        "most, is taken where none is listed. Replicas rotate with their primary and are not judged."
    ),
    playbook="""\
Read the log of the rotation function at the time of the failure; its last line usually says why.
See whether somebody changed the function, its role, its network or the password in the database just before.
A version labelled AWSPENDING is left? Take the label away before the next try, or every try fails.
Mended: rotate once while somebody watches.
Nobody can say why: treat the present value as one that somebody wants to last, and rotate it by hand.""",
    examples=(
        _case("failed yesterday and today", _FAILED, _YESTERDAY, severity=Severity.MEDIUM),
        _case("abandoned, then failed", _FAILED, _ABANDONED, severity=Severity.MEDIUM),
        _case("failed once, and nine days overdue", _FAILED, _MONTHLY, severity=Severity.HIGH),
        _case("was due two days ago, and nobody has tried", *_MISSED, severity=Severity.MEDIUM),
        _case(
            "was due two days ago, and failed", *_MISSED, a_service_event("RotationFailed", secret=a_secret(), at=_DUE)
        ),
        _case("failed once", _FAILED),
        _case("failed, succeeded on the retry, failed again a day later", _FAILED, _YESTERDAY, _MENDED),
        _case("a secret that a service of AWS manages", *_OF_A_SERVICE),
    ),
)
