"""How long a rotation schedule lets a value live, and how long its window stays open.

Source: Secrets Manager user guide, schedule expressions; API reference, RotationRulesType (1 to 1000 days; AWS works
the days out again from the schedule after each rotation, so that the schedule says more).
"""

from __future__ import annotations

import re

from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.secret.cron_gaps import longest_cron_gap_days

_RATE = re.compile(r"rate\(\s*(?P<count>\d{1,9})\s+(?P<unit>hour|day)s?\s*\)")
_WINDOW = re.compile(r"(\d{1,2})h")
_HOURS_PER_DAY = 24
_YEAR = 365


def longest_gap_days(request: Parameters) -> float | None:
    """Read the days between rotations that a RotateSecret asks for; None where it asks for none.

    A cron expression repeats within a year: AWS takes no other, so what is longer or cannot be read counts as one.
    """
    rules = request.child("rotationRules")
    days = rules.number("automaticallyAfterDays")
    if days is not None:
        return days
    schedule = (rules.text("scheduleExpression") or "").strip()
    gap = _schedule_gap(schedule)
    return min(gap or _YEAR, _YEAR) if schedule.startswith("cron(") else gap


def gap_days(*, days: int | None, schedule: str | None) -> float | None:
    """Give the most days between two rotations of a schedule as AWS describes it; None where it cannot be read."""
    return days if schedule is None else _schedule_gap(schedule.strip())


def window_hours(duration: str | None) -> int | None:
    """Read how long the window of a rotation is, such as `3h`; None for AWS's own choice."""
    found = _WINDOW.fullmatch(duration or "")
    return int(found[1]) if found else None


def _schedule_gap(schedule: str) -> float | None:
    rate = _RATE.fullmatch(schedule)
    if rate is None:
        return longest_cron_gap_days(schedule)
    return int(rate["count"]) / (_HOURS_PER_DAY if rate["unit"] == "hour" else 1)
