"""After this module a reader knows whether a schedule was due between two moments.

The bus does not wait for time to pass: whoever owns the stage's clock says what time it is, and every
schedule that came due since the last tick fires once.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\(([^)]+)\)")
_AT = re.compile(r"at\(([^)]+)\)")
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_FIELDS = 6
# A stage that slept longer than this fires a cron schedule for its last days only.
_LONGEST_LOOK_BACK = timedelta(days=8)


class BadSchedule(ValueError):
    """The expression is none that the stage reads; correct it in the template."""


def was_due(expression: str, since: datetime, now: datetime) -> bool:
    """Say whether a schedule came due after `since` and not after `now`, both in UTC.

    A rate counts from `since`, which is when it fired last or was first seen.

    Raises:
        BadSchedule: The expression is no rate, cron or at expression.
    """
    if rate := _RATE.fullmatch(expression):
        return now - since >= timedelta(**{f"{rate[2]}s": int(rate[1])})
    if moment := _AT.fullmatch(expression):
        return since < datetime.fromisoformat(moment[1]).replace(tzinfo=UTC) <= now
    cron = _CRON.fullmatch(expression)
    fields = cron[1].split() if cron else []
    if len(fields) != _FIELDS:
        raise BadSchedule(f"the stage does not read the schedule {expression}")
    return _cron_was_due(fields, max(since, now - _LONGEST_LOOK_BACK), now)


def _cron_was_due(fields: list[str], since: datetime, now: datetime) -> bool:
    minute = since.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while minute <= now:
        if _matches(fields, minute):
            return True
        minute += timedelta(minutes=1)
    return False


def _matches(fields: list[str], moment: datetime) -> bool:
    minute, hour, day, month, weekday, year = fields
    return (
        _within(minute, moment.minute, 0)
        and _within(hour, moment.hour, 0)
        and _within(day, moment.day, 1)
        and _within(_numbered(month, _MONTHS, 1), moment.month, 1)
        and _within(_numbered(weekday, _DAYS, 1), moment.isoweekday() % 7 + 1, 1)
        and _within(year, moment.year, 1970)
    )


def _numbered(field: str, names: list[str], first: int) -> str:
    """Write the names of months or days as the numbers that AWS counts them by."""
    text = field.upper()
    for number, name in enumerate(names, start=first):
        text = text.replace(name, str(number))
    return text


def _within(field: str, value: int, lowest: int) -> bool:
    return any(_part_holds(part, value, lowest) for part in field.split(","))


def _part_holds(part: str, value: int, lowest: int) -> bool:
    span, _, step_text = part.partition("/")
    if not re.fullmatch(r"\*|\?|\d+(-\d+)?", span):
        raise BadSchedule(f"the stage does not read the cron field {part}")
    step = int(step_text) if step_text else 1
    if span in ("*", "?"):
        return (value - lowest) % step == 0
    start, _, end = span.partition("-")
    last = int(end) if end else (value if step_text else int(start))
    return int(start) <= value <= last and (value - int(start)) % step == 0
