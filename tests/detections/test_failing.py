"""A rotation that fails twice in a row, or fails when it is overdue, is told; one that recovers is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from nightlatch.detections.failing import DETECTION
from nightlatch.domain.account.holding import Holding
from nightlatch.domain.account.missed import missed_rotation
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import AT, WAITED, a_secret, a_service_event, an_event, sightings
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Finding, Severity, fold
from nightlatch.domain.judging.rules import Match, Wait, detect

HOUR, DAY = 3_600, 86_400
FAILED, ABANDONED, SUCCEEDED = "RotationFailed", "RotationAbandoned", "RotationSucceeded"
TEST_FAILED, TEST_SUCCEEDED = "TestRotationFailed", "TestRotationSucceeded"


def step(name: str = FAILED, *, after_s: float = 0, secret=None) -> SecretEvent:
    return a_service_event(name, secret=secret or a_secret(), after_s=after_s)


def scheduled(rules: object, *, days_ago: float, **more) -> SecretEvent:
    return an_event(
        "RotateSecret", secret=a_secret(), after_s=-days_ago * DAY, request={"rotationRules": rules}, **more
    )


def judge(event: SecretEvent, *others: SecretEvent, settled=WAITED) -> Match | Wait | None:
    return DETECTION.evaluate(event, Baseline(on_secret=sightings([*others, event]), settled=settled))


def judge_all(arrived: Sequence[SecretEvent]) -> tuple[Finding, ...]:
    """Judge each failure when its time to wait is over: everything has arrived, in some order."""
    kept = {event.event_id: event for event in arrived}  # history keeps each event once
    baseline = Baseline(on_secret=sightings(kept.values()), settled=WAITED)
    failures = (event for event in arrived if event.name in {FAILED, ABANDONED, TEST_FAILED})
    return fold(tuple(one for event in failures for one in detect(event, baseline, (DETECTION,))[0]))


def test_it_waits_for_a_success_that_may_be_late():
    assert judge(step(), step(after_s=-60), settled=None) == Wait(LATENESS)


@pytest.mark.parametrize(
    ("before", "fires"),
    [
        ([], False),
        ([FAILED], True),
        ([ABANDONED], True),
        ([TEST_FAILED], True),
        ([FAILED, SUCCEEDED], False),
        ([FAILED, FAILED, SUCCEEDED], False),
        ([FAILED, TEST_SUCCEEDED], True),
        ([TEST_FAILED, TEST_SUCCEEDED], False),
        ([TEST_FAILED, SUCCEEDED], False),
        ([SUCCEEDED, FAILED], True),
        (["RotationStarted"], False),
    ],
)
def test_two_failures_with_no_success_between_are_a_streak(before, fires):
    steps = [step(name, after_s=-DAY + 60 * n) for n, name in enumerate(before)]

    found = judge(step(), *steps)

    assert isinstance(found, Match) == fires
    if isinstance(found, Match):
        assert found.severity is None
        assert found.reason == "rotation failed 2 times with no success between"


def test_every_order_and_every_repetition_comes_to_one_finding():
    events = [step(after_s=-120), step(ABANDONED, after_s=-60), step(), step(SUCCEEDED, after_s=-180)]

    outcomes = {judge_all([*order, order[0]]) for order in permutations(events)}

    assert len(outcomes) == 1
    ((found,),) = outcomes
    assert found.count == 3
    assert found.severity is Severity.MEDIUM
    assert found.title == "The rotation of secret prod/db failed again, with no success between"


def test_it_is_one_secret_by_all_its_names_and_no_other():
    assert isinstance(judge(step(), step(after_s=-60, secret=a_secret(suffix=None))), Match)
    assert judge(step(), step(after_s=-60, secret=a_secret("prod/api"))) is None


@pytest.mark.parametrize(
    ("rules", "days_ago", "overdue"),
    [
        ({"automaticallyAfterDays": 30}, 31, False),
        ({"automaticallyAfterDays": 30}, 31 + 1 / 24, False),
        ({"automaticallyAfterDays": 30}, 31 + 1.1 / 24, True),
        ({"scheduleExpression": "rate(4 hours)"}, 8.9 / 24, False),
        ({"scheduleExpression": "rate(4 hours)"}, 9.1 / 24, True),
        ({"scheduleExpression": "rate(36 hours)"}, 2.5 + 0.9 / 24, False),
        ({"scheduleExpression": "rate(36 hours)"}, 2.5 + 1.1 / 24, True),
        ({"scheduleExpression": "cron(0 8 1 * ? *)"}, 32 + 0.9 / 24, False),
        ({"scheduleExpression": "cron(0 8 1 * ? *)"}, 32 + 1.1 / 24, True),
        ({"scheduleExpression": "cron(of a kind that is not known)"}, 89, False),
        ({}, 89, False),
    ],
)
def test_one_failure_is_enough_where_the_schedule_its_window_and_an_hour_are_over(rules, days_ago, overdue):
    found = judge(step(), scheduled(rules, days_ago=days_ago))

    assert isinstance(found, Match) == overdue
    if isinstance(found, Match):
        assert found.severity is Severity.HIGH


def test_overdue_counts_from_the_last_success():
    monthly = scheduled({"automaticallyAfterDays": 30}, days_ago=80)

    assert judge(step(), monthly, step(SUCCEEDED, after_s=-31 * DAY)) is None
    assert isinstance(judge(step(), monthly, step(SUCCEEDED, after_s=-34 * DAY)), Match)
    assert isinstance(judge(step(), monthly, step(SUCCEEDED, after_s=60)), Match)


def test_a_schedule_that_was_switched_off_changed_or_refused_is_not_overdue():
    monthly = scheduled({"automaticallyAfterDays": 30}, days_ago=80)
    cancelled = an_event("CancelRotateSecret", secret=a_secret(), after_s=-DAY)
    refused = scheduled({"automaticallyAfterDays": 1}, days_ago=80, failure=Failure("InvalidParameterException"))
    by_hand = an_event("RotateSecret", secret=a_secret(), after_s=-DAY)

    assert judge(step(), monthly, cancelled) is None
    assert judge(step(), monthly, scheduled({"automaticallyAfterDays": 90}, days_ago=70)) is None
    assert judge(step(), refused) is None
    assert isinstance(judge(step(), monthly, by_hand), Match)


def test_how_long_it_is_overdue_is_said():
    days = judge(step(), scheduled({"automaticallyAfterDays": 30}, days_ago=40.1))
    hours = judge(step(), step(after_s=-60), scheduled({"automaticallyAfterDays": 1}, days_ago=3.1))

    assert days.reason == "rotation failed once; by its schedule it is overdue for 9 days"  # type: ignore[union-attr]
    assert hours.reason.endswith("2 times with no success between; by its schedule it is overdue for 25 hours")  # type: ignore[union-attr]


@pytest.mark.parametrize(("name", "is_managed"), [("rds!db-1a2b", True), ("ecs-sc!x", True), ("prod/db!", False)])
def test_what_a_service_manages_is_that_services_to_rotate(name, is_managed):
    secret = a_secret(name)

    assert (judge(step(secret=secret), step(after_s=-60, secret=secret)) is None) == is_managed


def test_a_failure_that_names_no_secret_is_silent():
    nobody = an_event(FAILED, at=AT + timedelta(seconds=1))

    assert DETECTION.evaluate(nobody, Baseline(settled=WAITED)) is None


def test_an_overdue_rotation_has_a_title_of_its_own_and_names_its_failures():
    earlier, now = step(after_s=-60), step()

    found = judge(now, earlier, scheduled({"automaticallyAfterDays": 30}, days_ago=40))

    assert isinstance(found, Match)
    assert found.headline == "The rotation of {secrets} is overdue and fails"
    assert found.evidence is not None
    assert found.evidence.event_ids == (earlier.event_id, now.event_id)
    assert found.subject == f"secret:{a_secret().keys[0]}"


@pytest.mark.parametrize(
    ("late_s", "said"),
    [
        (25 * HOUR - 1, "24 hours"),
        (25 * HOUR, "25 hours"),
        (47 * HOUR, "47 hours"),
        (48 * HOUR, "2 days"),
        (71 * HOUR, "2 days"),
        (72 * HOUR, "3 days"),
    ],
)
def test_two_days_are_told_in_days_and_less_in_hours(late_s, said):
    monthly = an_event("RotateSecret", secret=a_secret(), request={"rotationRules": {"automaticallyAfterDays": 30}})
    set_at = AT - timedelta(days=31, hours=1, seconds=late_s)

    found = judge(step(), replace(monthly, at=set_at))

    assert isinstance(found, Match)
    assert found.reason == f"rotation failed once; by its schedule it is overdue for {said}"


def test_of_several_successes_the_last_counts():
    monthly = scheduled({"automaticallyAfterDays": 30}, days_ago=80)

    assert judge(step(), monthly, step(SUCCEEDED, after_s=-45 * DAY), step(SUCCEEDED, after_s=-5 * DAY)) is None


def test_a_schedule_switched_off_in_the_same_second_is_off():
    cancelled = an_event("CancelRotateSecret", secret=a_secret())

    assert judge(step(), scheduled({"automaticallyAfterDays": 30}, days_ago=80), cancelled) is None


def test_an_overdue_failure_that_history_does_not_hold_yet_is_told():
    known = sightings([scheduled({"automaticallyAfterDays": 30}, days_ago=40)])

    found = DETECTION.evaluate(step(), Baseline(on_secret=known, settled=WAITED))

    assert isinstance(found, Match)
    assert found.evidence is None


# One that did not come


DUE = AT - timedelta(days=2)
LISTED = Holding(arn=a_secret().text, next_rotation=DUE)


def missed() -> SecretEvent:
    event = missed_rotation(LISTED, at=AT, before=None)
    assert event is not None
    return event


def tried(name: str, *, after_due: timedelta) -> SecretEvent:
    return a_service_event(name, secret=a_secret(), at=DUE + after_due)


def test_one_that_did_not_come_is_told_for_its_secret_and_no_worse_than_the_rule():
    found = judge(missed())

    assert isinstance(found, Match)
    assert found.reason == "it was due by 2026-02-28 09:00 UTC, and no record shows that one began"
    assert found.headline == "The rotation of {secrets} did not come"
    assert (found.severity, found.subject) == (None, f"secret:{a_secret().keys[0]}")


def test_one_that_did_not_come_is_judged_when_it_has_waited_and_not_before():
    assert judge(missed(), settled=None) is None
    assert judge(replace(missed(), secrets=())) is None


@pytest.mark.parametrize("name", ["RotationStarted", FAILED, ABANDONED, TEST_FAILED])
@pytest.mark.parametrize(
    ("after_due", "fires"),
    [
        (-timedelta(days=1, seconds=1), True),
        (-timedelta(days=1), False),
        (timedelta(0), False),
        (timedelta(days=1), False),
    ],
)
def test_a_try_in_its_window_or_since_has_a_record_of_its_own(name, after_due, *, fires: bool):
    assert isinstance(judge(missed(), tried(name, after_due=after_due)), Match) is fires


@pytest.mark.parametrize(
    ("after_due", "fires"),
    [(-timedelta(hours=4), True), (-timedelta(seconds=1), True), (timedelta(0), False), (timedelta(hours=26), False)],
)
def test_the_rotation_before_it_is_no_try_and_one_that_came_late_has_come(after_due, *, fires: bool):
    began = tried("RotationStarted", after_due=after_due - timedelta(seconds=20))

    assert isinstance(judge(missed(), began, tried(SUCCEEDED, after_due=after_due)), Match) is fires


def test_of_several_tries_the_last_says_whether_it_came():
    before, failed = tried(SUCCEEDED, after_due=-timedelta(hours=4)), tried(FAILED, after_due=timedelta(hours=1))

    assert judge(missed(), before, failed) is None
