"""A deletion that can still be taken back is told once per principal, the shortest window louder."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nightlatch.detections.deletion_scheduled import DETECTION
from nightlatch.domain.history.examples import AT, a_role, a_secret, a_user, an_event
from nightlatch.domain.judging.baseline import Baseline, Reader
from nightlatch.domain.judging.findings import Remedy, Severity, fold
from nightlatch.domain.judging.rules import Match, detect


def judge(**request: object) -> Match | None:
    verdict = DETECTION.evaluate(an_event("DeleteSecret", secret=a_secret(), request=request), Baseline())
    assert verdict is None or isinstance(verdict, Match)
    return verdict


@pytest.mark.parametrize(
    ("window", "severity"),
    [
        (7, Severity.HIGH),
        ("7", Severity.HIGH),
        (7.0, Severity.HIGH),
        (8, None),
        (30, None),
        ("many", None),
        (None, None),
    ],
)
def test_only_the_shortest_window_is_louder(window, severity):
    found = judge(recoveryWindowInDays=window)

    assert found is not None
    assert found.severity == severity


@pytest.mark.parametrize(
    ("reader", "days_ago", "severity"),
    [
        (a_role("app"), 1, Severity.HIGH),
        (a_role("app"), 7, Severity.HIGH),
        (a_role("app"), 8, None),
        (a_user(), 1, None),
    ],
)
def test_a_secret_that_somebody_else_still_reads_is_louder(reader, days_ago, severity):
    baseline = Baseline(readers=(Reader(reader.key, AT - timedelta(days=days_ago)),))
    found = DETECTION.evaluate(an_event("DeleteSecret", secret=a_secret(), by=a_user()), baseline)

    assert isinstance(found, Match)
    assert found.severity == severity
    assert ("role/app" in found.reason) == (severity is not None)


def test_of_many_readers_a_few_are_named():
    readers = tuple(Reader(a_role(f"app-{n}").key, AT) for n in range(5))
    found = DETECTION.evaluate(an_event("DeleteSecret", secret=a_secret()), Baseline(readers=readers))

    assert isinstance(found, Match)
    assert "refused already: role/app-0, role/app-1, role/app-2 and 2 more" in found.reason


def test_an_unsaid_window_is_thirty_days():
    found = judge()

    assert found is not None
    assert "30 days" in found.reason


@pytest.mark.parametrize("flag", [True, "true", "True", "1"])
def test_a_force_delete_is_left_to_its_own_rule(flag):
    assert judge(forceDeleteWithoutRecovery=flag) is None


@pytest.mark.parametrize("flag", [False, "false", None, "perhaps"])
def test_a_flag_that_is_not_true_leaves_a_scheduled_deletion(flag):
    assert judge(forceDeleteWithoutRecovery=flag) is not None


def test_a_teardown_of_twenty_is_one_finding_in_any_order():
    events = [
        an_event("DeleteSecret", secret=a_secret(f"stack/{n}"), request={"recoveryWindowInDays": 7}, after_s=n)
        for n in range(20)
    ]
    found = [f for event in [*events, *events[3:7]] for f in detect(event, Baseline(), (DETECTION,))[0]]

    (forward,) = fold(tuple(found))
    (backward,) = fold(tuple(found[::-1]))

    assert forward == backward
    assert len(forward.secrets) == 20
    assert forward.count == 20
    assert forward.remedy is Remedy.RESTORE


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (7, "a window of 7 days, the shortest there is"),
        (8, "a window of 8 days"),
        (None, "the default window of 30 days"),
    ],
)
def test_the_window_is_said(window, said):
    found = judge(recoveryWindowInDays=window)

    assert found is not None
    assert found.reason == f"scheduled with {said}; readers are refused already"


def test_readers_that_are_few_are_all_named_and_it_is_judged_again_for_late_ones():
    readers = tuple(Reader(a_role(f"app-{n}").key, AT) for n in range(3))

    found = DETECTION.evaluate(an_event("DeleteSecret", secret=a_secret()), Baseline(readers=readers))

    assert isinstance(found, Match)
    assert found.reason.endswith("role/app-0, role/app-1, role/app-2, which read it within 7 days")
    assert found.again == timedelta(minutes=15)
