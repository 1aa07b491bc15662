"""How long a cron expression of a rotation leaves a value alone, at its longest.

The calendar repeats its week days and leap years every 28 years while no century breaks the row, so a walk over one
such span sees every gap that there will be until 2099.

Source: Secrets Manager user guide, rotation schedules, cron expressions (minutes 0, year *, one of the two fields of
days a question mark; SUN is 1; L, DAYL and DAY#n).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import pairwise

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIRST_YEAR, _YEARS = 2001, 28
_SPAN_DAYS = 28 * 365 + 7
_HOURS = 24
_WEEK = 7
_PART = re.compile(r"(?P<from>\*|\d{1,2})?(?:-(?P<to>\d{1,2}))?(?:/(?P<step>\d{1,2}))?")
_IN_MONTH = re.compile(r"(?P<day>[1-7])(?:#(?P<nth>[1-5])|(?P<last>L))")


@lru_cache(maxsize=1_024)
def longest_cron_gap_days(expression: str) -> float | None:
    """Give the days between two rotations at most; None where the expression cannot be read, or never comes true."""
    inner = re.fullmatch(r"cron\((.{1,200})\)", expression.strip())
    fields = inner[1].upper().split() if inner else []
    if len(fields) != 6 or fields[0] != "0" or fields[5] != "*":  # noqa: PLR2004 - cron has six fields
        return None
    try:
        hours = _numbers(fields[1], 0, _HOURS - 1)
        days = list(_days_that_fire(fields[2], _numbers(_named(fields[3], _MONTHS), 1, len(_MONTHS)), fields[4]))
    except ValueError:
        return None
    if not days:
        return None
    between = max(after - before for before, after in zip(days, [*days[1:], days[0] + _SPAN_DAYS], strict=True))
    over_night = between * _HOURS - (hours[-1] - hours[0])
    by_day = max((after - before for before, after in pairwise(hours)), default=0)
    return max(over_night, by_day) / _HOURS


def _days_that_fire(of_month: str, months: list[int], of_week: str) -> Iterator[int]:
    """Give the days as ordinals, sorted.

    Raises:
        ValueError: The fields of days cannot be read.
    """
    if (of_month == "?") == (of_week == "?"):
        raise ValueError("one of the two fields of days is a question mark")
    field = _named(of_month if of_week == "?" else of_week, _DAYS)
    by_week = of_month == "?" or _IN_MONTH.fullmatch(field) is not None
    for year in range(_FIRST_YEAR, _FIRST_YEAR + _YEARS):
        for month in months:
            first, length = date(year, month, 1), monthrange(year, month)[1]
            days = _by_week(field, first, length) if by_week else _by_month(field, length)
            yield from (first.toordinal() + day - 1 for day in days)


def _by_month(field: str, length: int) -> list[int]:
    return [length] if field == "L" else [day for day in _numbers(field, 1, 31) if day <= length]


def _by_week(field: str, first: date, length: int) -> list[int]:
    """Give the days of a month by their names: L alone is a Saturday, 2L its last Monday, 2#1 its first."""
    found = _IN_MONTH.fullmatch("7" if field == "L" else field)
    wanted = _numbers("7" if field == "L" else field, 1, _WEEK) if found is None else [int(found["day"])]
    # A date's ISO week day is 1 for Monday; theirs is 1 for Sunday.
    days = [day for day in range(1, length + 1) if (first.isoweekday() + day - 1) % _WEEK + 1 in wanted]
    if found is None:
        return days
    return days[-1:] if found["last"] else days[int(found["nth"]) - 1 : int(found["nth"])]


def _numbers(field: str, lowest: int, highest: int) -> list[int]:
    """Read a field of numbers: lists, ranges, steps.

    Raises:
        ValueError: It holds something else, or nothing within its bounds.
    """
    found: set[int] = set()
    for part in field.split(","):
        read = _PART.fullmatch(part)
        if read is None or not part or (read["from"] in {None, "*"} and read["to"] is not None):
            raise ValueError("no number")
        start = lowest if read["from"] in {None, "*"} else int(read["from"])
        is_open = read["from"] in {None, "*"} or read["step"] is not None
        end = int(read["to"]) if read["to"] else highest if is_open else start
        if not lowest <= start <= end <= highest:
            raise ValueError("out of bounds")
        found.update(range(start, end + 1, int(read["step"] or 1)))
    return sorted(found)


def _named(field: str, names: tuple[str, ...]) -> str:
    for number, name in enumerate(names, start=1):
        field = field.replace(name, str(number))
    return field
