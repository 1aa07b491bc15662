"""What DeletedDate says of the days that are left, whichever of AWS's two meanings it has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nightlatch.domain.posture.pending import time_left

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(days=7), "7 days are left to restore it, until 2026-03-09 09:00 UTC"),
        (timedelta(days=1, hours=23), "1 day is left to restore it, until 2026-03-04 08:00 UTC"),
        (timedelta(seconds=1), "0 days are left to restore it, until 2026-03-02 09:00 UTC"),
    ],
)
def test_a_moment_to_come_is_the_end(ahead: timedelta, said: str) -> None:
    assert time_left(NOW + ahead, NOW) == said


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(0), "7 to 30 days are left to restore it: scheduled on 2026-03-02"),
        (timedelta(days=2), "5 to 28 days are left to restore it: scheduled on 2026-02-28"),
        (timedelta(days=7), "0 to 23 days are left to restore it: scheduled on 2026-02-23"),
        (timedelta(days=20), "0 to 10 days are left to restore it: scheduled on 2026-02-10"),
        (timedelta(days=29), "0 to 1 day is left to restore it: scheduled on 2026-02-01"),
        (timedelta(days=29, hours=23), "0 to 0 days are left to restore it: scheduled on 2026-01-31"),
        (timedelta(days=30), "it may be gone any moment: its deletion was scheduled on 2026-01-31"),
    ],
)
def test_a_moment_that_has_passed_is_the_call_and_the_window_is_open(ago: timedelta, said: str) -> None:
    assert time_left(NOW - ago, NOW) == said
