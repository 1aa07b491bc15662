"""How long a rotation schedule lets a value live.

Source: Secrets Manager user guide, schedule expressions; API reference, RotationRulesType (1 to 1000 days).
"""

from __future__ import annotations

import re

from nightlatch.domain.event.parameters import Parameters

_RATE = re.compile(r"rate\(\s*(?P<count>\d{1,9})\s+(?P<unit>hour|day)s?\s*\)")
_HOURS_PER_DAY = 24
_YEAR = 365


def longest_gap_days(request: Parameters) -> float | None:
    """Read the days between rotations that a RotateSecret asks for; None where it asks for none.

    A cron expression repeats within a year, and counts as one.
    """
    rules = request.child("rotationRules")
    days = rules.number("automaticallyAfterDays")
    if days is not None:
        return days
    schedule = (rules.text("scheduleExpression") or "").strip()
    if schedule.startswith("cron("):
        return _YEAR
    rate = _RATE.fullmatch(schedule)
    if rate is None:
        return None
    return int(rate["count"]) / (_HOURS_PER_DAY if rate["unit"] == "hour" else 1)
