"""An alarm rings when CloudWatch's would, and a period without a value counts as the alarm says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nightlatch.local.alarms.judging import Condition, State, judge

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def a_condition(**other):
    wanted = {
        "statistic": "Sum",
        "period": MINUTE,
        "periods": 3,
        "to_alarm": 2,
        "threshold": 1.0,
        "comparison": "GreaterThanThreshold",
        "missing": "notBreaching",
    }
    return Condition(**{**wanted, **other})


def at(*minutes, value=2.0):
    """So many values, each so many minutes ago."""
    return [(NOW - MINUTE * back, value) for back in minutes]


def state(condition, points, before=State.OK):
    return judge(condition, points, NOW, before)[0]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (at(), State.OK),
        (at(0), State.OK),
        (at(0, 2), State.ALARM),
        (at(0, 0.5), State.OK),  # one period
        (at(0, 3), State.OK),  # three minutes ago is before the third period
        (at(0, 2, value=1.0), State.OK),
        (at(0, 0, 1, 1, value=1.0), State.ALARM),
    ],
)
def test_so_many_of_the_last_periods_must_be_beyond(points, expected):
    assert state(a_condition(), points) is expected


@pytest.mark.parametrize("missing", ["breaching", "notBreaching", "ignore", "missing"])
def test_what_is_missing_counts_as_the_alarm_says(missing):
    silent = a_condition(missing=missing)

    nothing, one, two = [state(silent, at(*points), State.ALARM) for points in ((), (0,), (0, 1))]

    expected = {
        "breaching": (State.ALARM, State.ALARM, State.ALARM),
        "notBreaching": (State.OK, State.OK, State.ALARM),
        "ignore": (State.ALARM, State.OK, State.ALARM),
        "missing": (State.UNKNOWN, State.OK, State.ALARM),
    }
    assert (nothing, one, two) == expected[missing]


@pytest.mark.parametrize(
    ("comparison", "beyond"),
    [
        ("GreaterThanThreshold", [2.0]),
        ("GreaterThanOrEqualToThreshold", [1.0, 2.0]),
        ("LessThanThreshold", [0.0]),
        ("LessThanOrEqualToThreshold", [0.0, 1.0]),
    ],
)
def test_each_comparison(comparison, beyond):
    condition = a_condition(comparison=comparison, periods=1, to_alarm=1)

    ringing = [value for value in (0.0, 1.0, 2.0) if state(condition, at(0, value=value)) is State.ALARM]

    assert ringing == beyond


@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ("Sum", 6.0),
        ("Maximum", 3.0),
        ("Minimum", 1.0),
        ("Average", 2.0),
        ("SampleCount", 3.0),
        ("p50", 2.0),
        ("p95", 3.0),
    ],
)
def test_each_statistic(statistic, value):
    points = [(NOW, one) for one in (3.0, 1.0, 2.0)]
    once = {"statistic": statistic, "periods": 1, "to_alarm": 1, "comparison": "GreaterThanOrEqualToThreshold"}

    for threshold, expected in ((value, State.ALARM), (value + 0.1, State.OK)):
        condition = a_condition(**once, threshold=threshold)
        assert state(condition, points) is expected


def test_it_says_why():
    _, said = judge(a_condition(missing="breaching"), at(0), NOW, State.OK)

    assert said == "1 of the last 3 values beyond the threshold, 2 missing (GreaterThanThreshold 1 in 2 of 3 periods)"
