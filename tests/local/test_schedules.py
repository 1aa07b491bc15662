"""A schedule fires when its time has come between two looks at the clock, and at no other time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nightlatch.local.events.schedules import BadSchedule, was_due

MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "after", "due"),
    [
        ("rate(1 minute)", timedelta(seconds=59), False),
        ("rate(1 minute)", timedelta(seconds=60), True),
        ("rate(5 minutes)", timedelta(minutes=4), False),
        ("rate(2 hours)", timedelta(hours=2), True),
        ("rate(1 day)", timedelta(hours=23), False),
        ("cron(5 12 * * ? *)", timedelta(minutes=4), False),
        ("cron(5 12 * * ? *)", timedelta(minutes=5), True),
        ("cron(0/15 * * * ? *)", timedelta(minutes=14), False),
        ("cron(0/15 * * * ? *)", timedelta(minutes=15), True),
        ("cron(0 9 ? * MON-FRI *)", timedelta(hours=20), False),
        ("cron(0 9 ? * MON-FRI *)", timedelta(hours=21), True),
        ("cron(0 9 ? * SUN *)", timedelta(days=5), False),
        ("cron(0 9 ? * SUN *)", timedelta(days=6), True),
        ("cron(0 0 1 DEC ? 2026)", timedelta(days=7), False),
        ("cron(0 0 1 DEC ? 2026)", timedelta(days=8), True),
        ("cron(0 0 1 DEC ? 2027)", timedelta(days=8), False),
        ("at(2026-11-23T12:30:00)", timedelta(minutes=29), False),
        ("at(2026-11-23T12:30:00)", timedelta(minutes=30), True),
    ],
)
def test_a_schedule_was_due(expression, after, due):
    assert was_due(expression, MONDAY_NOON, MONDAY_NOON + after) is due


@pytest.mark.parametrize("expression", ["rate(soon)", "cron(* * *)", "every minute", "cron(0 9 ? * 2#1 *)"])
def test_a_schedule_that_the_stage_does_not_read_is_refused(expression):
    with pytest.raises(BadSchedule):
        was_due(expression, MONDAY_NOON, MONDAY_NOON + timedelta(days=1))
