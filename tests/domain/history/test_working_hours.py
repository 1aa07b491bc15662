"""Hours are outside when enough of a principal was seen, and nothing of it near this hour on such days."""

from __future__ import annotations

from datetime import datetime

import pytest

from nightlatch.domain.history.examples import AT
from nightlatch.domain.history.habits import ENOUGH_HOURS, Facet, Habits, Kind
from nightlatch.domain.history.pairs import Pair
from nightlatch.domain.history.working_hours import is_outside_hours

SEEN = Pair(first_seen=AT, last_seen=AT, days=5)  # AT is a Monday
MONDAY, TUESDAY, SATURDAY, SUNDAY = "2026-03-02", "2026-03-03", "2026-03-07", "2026-03-08"


def habits(*hours: int, days: int = ENOUGH_HOURS) -> Habits:
    return Habits({Facet(Kind.HOUR, str(hour)): Pair(first_seen=AT, last_seen=AT, days=days) for hour in hours})


def at(day: str, hour: int) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:30:00+00:00")


@pytest.mark.parametrize(
    ("day", "hour", "outside"),
    [
        (MONDAY, 10, False),
        (TUESDAY, 10, False),
        (TUESDAY, 9, False),
        (TUESDAY, 11, False),
        (TUESDAY, 8, True),
        (TUESDAY, 12, True),
        (SATURDAY, 10, True),
    ],
)
def test_an_hour_seen_on_any_working_day_is_usual_on_all_with_one_either_side(day, hour, *, outside: bool):
    assert is_outside_hours(habits(10), at(day, hour)) is outside


def test_weekends_are_days_of_their_own_and_midnight_is_no_border():
    night = habits(5 * 24 + 23)

    assert not is_outside_hours(night, at(SUNDAY, 0))
    assert is_outside_hours(night, at(MONDAY, 23))


@pytest.mark.parametrize(("days", "outside"), [(ENOUGH_HOURS - 1, False), (ENOUGH_HOURS, True)])
def test_of_whom_too_little_was_seen_no_hour_is_unusual(days, *, outside: bool):
    assert is_outside_hours(habits(10, days=days), at(MONDAY, 2)) is outside
    assert not is_outside_hours(Habits(), at(MONDAY, 2))
