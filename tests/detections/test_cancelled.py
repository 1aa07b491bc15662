"""A rotation that ends before a deletion is housekeeping; one that just ends is told, and many are a sweep."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from nightlatch.detections.cancelled import DETECTION
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import AT, WAITED, a_secret, a_service_event, a_user, an_event, sightings
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Finding, Severity, fold
from nightlatch.domain.judging.rules import Match, Wait, detect
from nightlatch.domain.secret.versions import CURRENT

MINUTE = 60


def cancel(name: str = "prod/db", *, after_s: float = 0, **more) -> SecretEvent:
    return an_event("CancelRotateSecret", **{"secret": a_secret(name), "after_s": after_s, **more})


def delete(name: str = "prod/db", *, after_s: float = 0, **more) -> SecretEvent:
    return an_event("DeleteSecret", **{"secret": a_secret(name, suffix=None), "after_s": after_s, **more})


def rotate(rules: object) -> SecretEvent:
    return an_event("RotateSecret", secret=a_secret(), request={"rotationRules": rules})


MONTHLY = an_event(
    "RotateSecret", secret=a_secret(), after_s=-5 * 86_400, request={"rotationRules": {"automaticallyAfterDays": 30}}
)


def stretched(name: str = "prod/db", *, after_s: float = 0) -> SecretEvent:
    rules = {"rotationRules": {"automaticallyAfterDays": 900}}
    return an_event("RotateSecret", secret=a_secret(name), after_s=after_s, request=rules)


def weakened(*events: SecretEvent) -> Trail:
    """What history keeps of schedules that were stretched."""
    return Trail.of(replace(sighting_of(event), weakens=True) for event in events)


def judge(event: SecretEvent, *others: SecretEvent, settled: datetime | None = WAITED) -> Match | Wait | None:
    seen = sightings([*others, event])
    return DETECTION.evaluate(event, Baseline(on_secret=seen, by_principal=seen, settled=settled))


def judge_all(arrived: list[SecretEvent]) -> tuple[Finding, ...]:
    """Judge each event when its time to wait is over: everything has arrived, in some order."""
    seen = sightings(arrived)
    return fold(
        tuple(
            finding
            for event in arrived
            if event.name != "DeleteSecret"
            for finding in detect(event, Baseline(by_principal=seen, settled=WAITED), (DETECTION,))[0]
        )
    )


def test_it_waits_for_the_deletion_that_would_explain_it():
    assert judge(cancel(), settled=None) == Wait(LATENESS)
    assert isinstance(judge(cancel()), Match)


@pytest.mark.parametrize("after_s", [-15 * MINUTE, -1, 0, 1, 15 * MINUTE])
def test_a_secret_that_is_retired_about_then_is_silent(after_s):
    assert judge(cancel(), delete(after_s=after_s)) is None


@pytest.mark.parametrize(("late_s", "waits"), [(0, True), (15 * MINUTE - 1, True), (15 * MINUTE, False)])
def test_while_a_late_record_may_take_the_deletion_back_it_is_judged_again(late_s, *, waits: bool):
    verdict = judge(cancel(), delete(after_s=60), settled=AT + timedelta(seconds=late_s))

    assert verdict == (Wait(timedelta(minutes=30)) if waits else None)


@pytest.mark.parametrize(
    "other",
    [
        delete(after_s=15 * MINUTE + 1),
        delete("prod/other", after_s=1),
        delete(after_s=1, failure=Failure("InvalidRequestException")),
    ],
)
def test_any_other_deletion_does_not_excuse_it(other):
    assert isinstance(judge(cancel(), other), Match)


def test_the_deletion_may_be_another_principals():
    by_ben = sightings([delete(after_s=60, by=a_user("ben"))])

    assert DETECTION.evaluate(cancel(), Baseline(on_secret=by_ben, settled=WAITED)) is None


@pytest.mark.parametrize(
    ("rules", "fires"),
    [
        ({"automaticallyAfterDays": 365}, False),
        ({"automaticallyAfterDays": 366}, True),
        ({"automaticallyAfterDays": "1000"}, True),
        ({"scheduleExpression": "rate(366 days)"}, True),
        ({"scheduleExpression": "rate(365 days)"}, False),
        ({"scheduleExpression": "rate(9000 hours)"}, True),
        ({"scheduleExpression": "cron(0 8 1 * ? *)"}, False),
        (None, False),
    ],
)
def test_a_schedule_is_weakened_beyond_a_year(rules, fires):
    assert isinstance(judge(rotate(rules), MONTHLY), Match) == fires
    assert isinstance(judge(rotate(rules), MONTHLY, settled=None), Wait) == fires


def test_a_long_schedule_is_a_note_where_the_one_before_is_not_known_and_nothing_where_it_is_the_first():
    created = an_event("CreateSecret", secret=a_secret(), after_s=-60)
    found = judge(stretched())

    assert isinstance(found, Match)
    assert found.severity is Severity.LOW
    assert judge(stretched(), created) is None


def test_what_is_stretched_step_by_step_is_told_each_time():
    years = replace(stretched(), event_id="years", at=AT - timedelta(days=9))
    yearly = replace(rotate({"scheduleExpression": "cron(0 8 1 * ? *)"}), event_id="cron", at=AT - timedelta(days=1))

    found = judge(stretched(), years, yearly)

    assert isinstance(found, Match)
    assert found.severity is None


def test_a_version_that_was_staged_and_never_became_current_is_named():
    staged = an_event(
        "PutSecretValue", secret=a_secret(), version_id="v9", after_s=-90, request={"versionStages": ["AWSPENDING"]}
    )
    finished = an_event(
        "UpdateSecretVersionStage", secret=a_secret(), version_id="v9", after_s=-60, request={"versionStage": CURRENT}
    )

    assert "AWSPENDING was left behind" in judge(cancel(), staged).reason  # type: ignore[union-attr]
    assert "AWSPENDING" not in judge(cancel(), staged, finished).reason  # type: ignore[union-attr]


def test_an_hour_later_it_says_that_nobody_has_switched_it_on_again():
    resumed = rotate({"automaticallyAfterDays": 30})
    resumed = replace(resumed, at=AT + timedelta(minutes=50), event_id="resumed")
    first = judge(cancel(), settled=AT)

    assert isinstance(first, Match)
    assert first.again == timedelta(minutes=60)
    assert "on again" not in first.reason
    assert "within an hour no record shows it on again" in judge(cancel(), settled=AT + timedelta(minutes=45)).reason  # type: ignore[union-attr]
    assert "on again" not in judge(cancel(), resumed, settled=AT + timedelta(minutes=45)).reason  # type: ignore[union-attr]


def test_a_leftover_of_a_running_rotation_is_named():
    started = a_service_event("RotationStarted", secret=a_secret(), after_s=-20)

    assert "AWSPENDING" in judge(cancel(), started).reason  # type: ignore[union-attr]
    assert "AWSPENDING" not in judge(cancel()).reason  # type: ignore[union-attr]


def test_a_refused_cancellation_ended_nothing():
    assert judge(cancel(failure=Failure("InvalidRequestException"))) is None


# Sweeps


def test_three_secrets_in_half_an_hour_are_critical_in_every_order():
    events = [cancel(f"prod/{n}", after_s=n * 15 * MINUTE) for n in range(3)]

    outcomes = {judge_all(list(order)) for order in permutations(events)}

    assert len({(f.id, f.event_ids, f.severity) for (f,) in outcomes}) == 1
    assert {f.severity for (f,) in outcomes} == {Severity.CRITICAL}


def test_two_secrets_or_a_longer_time_are_not_a_sweep():
    slow = [cancel(f"prod/{n}", after_s=n * 15 * MINUTE + n) for n in range(3)]
    again = [cancel("prod/0", after_s=n) for n in range(3)]

    assert {f.severity for f in judge_all(slow)} == {Severity.HIGH}
    assert {f.severity for f in judge_all([*again, cancel("prod/1")])} == {Severity.HIGH}


def test_refused_cancellations_and_other_calls_do_not_make_a_sweep():
    refused = [cancel(f"prod/{n}", after_s=-n, failure=Failure("InvalidRequestException")) for n in range(1, 4)]
    others = [an_event("RotateSecret", secret=a_secret(f"prod/{n}"), after_s=-n) for n in range(4, 7)]

    found = judge(cancel(), *refused, *others)

    assert isinstance(found, Match)
    assert found.severity is None


def test_retired_secrets_do_not_make_a_sweep():
    cancelled = [cancel(f"prod/{n}", after_s=n * 60) for n in range(4)]
    retired = [delete(f"prod/{n}", after_s=n * 60 + 30) for n in range(2)]

    assert {f.severity for f in judge_all([*cancelled, *retired])} == {Severity.HIGH}


def test_a_stretched_schedule_counts_with_what_was_cancelled_before_it():
    others = [cancel("prod/1", after_s=-60), cancel("prod/2", after_s=-30)]
    seen = Trail.of([*sightings(others), *weakened(stretched())])
    baseline = Baseline(on_secret=sightings([MONTHLY, stretched()]), by_principal=seen, settled=WAITED)

    found = DETECTION.evaluate(stretched(), baseline)

    assert isinstance(found, Match)
    assert found.severity is Severity.CRITICAL
    assert found.secrets is not None
    assert {secret.name for secret in found.secrets} == {"prod/db", "prod/1", "prod/2"}


def test_stretched_schedules_are_a_sweep_as_cancelled_ones_are_and_first_ones_are_not():
    others = [stretched("prod/1", after_s=-60), stretched("prod/2", after_s=-30)]
    before = sightings([MONTHLY, stretched()])
    sweep = Baseline(on_secret=before, by_principal=weakened(*others, stretched()), settled=WAITED)
    first = Baseline(on_secret=before, by_principal=sightings([*others, stretched()]), settled=WAITED)

    verdicts = [DETECTION.evaluate(stretched(), baseline) for baseline in (sweep, first)]

    assert [verdict.severity for verdict in verdicts] == [Severity.CRITICAL, None]  # type: ignore[union-attr]


def test_what_was_cancelled_later_counts_only_when_it_has_had_its_time_to_be_retired():
    events = [cancel(f"prod/{n}", after_s=n * 60) for n in range(3)]
    early = judge(events[0], *events[1:], settled=events[1].at)
    late = judge(events[0], *events[1:], settled=events[2].at)

    assert isinstance(early, Match)
    assert isinstance(late, Match)
    assert (early.severity, late.severity) == (None, Severity.CRITICAL)


@pytest.mark.parametrize(("days_before", "fires"), [(400, True), (1000, False), (2000, False), (30, True)])
def test_a_schedule_that_was_as_long_before_was_not_weakened(days_before, fires):
    before = an_event(
        "RotateSecret",
        secret=a_secret(),
        after_s=-5 * 86_400,
        request={"rotationRules": {"automaticallyAfterDays": days_before}},
    )

    assert isinstance(judge(rotate({"automaticallyAfterDays": 1000}), before), Match) == fires


def test_a_secret_that_stood_scheduled_for_deletion_lost_nothing_and_a_restored_one_did():
    scheduled = delete(after_s=-3 * 86_400)
    restored = an_event("RestoreSecret", secret=a_secret(), after_s=-2 * 86_400)

    assert judge(cancel(), scheduled) is None
    assert isinstance(judge(cancel(), scheduled, restored), Match)


# What is told


def test_a_stretched_schedule_says_how_long_it_is_and_is_no_matter_of_an_hour():
    found = judge(stretched(), MONTHLY)

    assert isinstance(found, Match)
    assert found.reason == "the schedule was set to 900 days, longer than a year"
    assert found.again is None


def test_a_sweep_names_its_calls_and_is_judged_again():
    swept = [cancel(f"prod/{n}", after_s=n) for n in range(3)]

    found = judge(swept[0], *swept[1:])

    assert isinstance(found, Match)
    assert found.evidence is not None
    assert found.evidence.event_ids == tuple(event.event_id for event in swept)
    assert found.again == timedelta(minutes=60)


def test_an_earlier_schedule_or_one_that_was_refused_does_not_switch_it_on_again():
    refused = replace(rotate(None), at=AT + timedelta(minutes=5), failure=Failure("AccessDenied"))

    assert "on again" in judge(cancel(), MONTHLY, refused, settled=AT + timedelta(minutes=45)).reason  # type: ignore[union-attr]


def test_a_cancellation_of_no_named_secret_is_told_and_counts_nowhere():
    nameless = replace(cancel(), secrets=())

    found = judge(nameless, nameless, cancel("prod/1", after_s=1), settled=AT + timedelta(minutes=45))

    assert isinstance(found, Match)
    assert found.severity is None
