"""Whether somebody works at an hour at which they never did: by what was seen of them, for no rota is known.

Working days and weekends are told apart, single days are not: who was seen on a Monday at ten may come on a Tuesday at
ten. An hour either side counts as seen, for clocks change twice a year.
"""

from __future__ import annotations

from datetime import datetime

from nightlatch.domain.history.habits import Habits, Kind, hour_of_week

_HOURS = 24
_WORKING_DAYS = 5


def is_outside_hours(habits: Habits, at: datetime) -> bool:
    """Tell whether a moment lies outside the hours of a principal of whom enough was seen to know them."""
    if not habits.are_known:
        return False
    day, hour = divmod(hour_of_week(at), _HOURS)
    near = {(hour + step) % _HOURS for step in (-1, 0, 1)}
    seen = (divmod(int(value), _HOURS) for value in habits.of(Kind.HOUR))
    return not any(_is_weekend(other) == _is_weekend(day) and then in near for other, then in seen)


def _is_weekend(day: int) -> bool:
    return day >= _WORKING_DAYS
