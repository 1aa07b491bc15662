"""After this module a reader knows when an alarm rings: so many of the last periods were beyond its threshold.

A period without a value counts as the alarm says: beyond the threshold, within it, or not at all. CloudWatch looks at
some more periods where values are missing and does not say exactly how many; here it is the evaluation periods alone.

Source: CloudWatch user guide, alarm evaluation; how CloudWatch alarms treat missing data.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from statistics import fmean

from nightlatch.local.dashboard.readings import Point

_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "Sum": sum,
    "Maximum": max,
    "Minimum": min,
    "Average": fmean,
    "SampleCount": len,
}


class State(StrEnum):
    """What an alarm says, in CloudWatch's words."""

    OK = "OK"
    ALARM = "ALARM"
    UNKNOWN = "INSUFFICIENT_DATA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When an alarm rings; the words are CloudWatch's."""

    statistic: str  # or a percentile, as `p95`
    period: timedelta
    periods: int
    to_alarm: int  # of these
    threshold: float
    comparison: str
    missing: str  # breaching, notBreaching, ignore, missing

    @property
    def looks_back(self) -> timedelta:
        """How old a value may be and still count."""
        return self.period * self.periods


def judge(condition: Condition, points: Sequence[Point], now: datetime, before: State) -> tuple[State, str]:
    """Say what an alarm says now, and why, in a sentence.

    Args:
        condition: When it rings.
        points: Measured values, in any order.
        now: The end of the last period.
        before: What it said until now.

    Raises:
        KeyError: The stage does not know the statistic, the comparison or the treatment of missing data.
    """
    is_beyond = _COMPARED[condition.comparison]
    values = [_value(condition, points, now - condition.period * back) for back in range(condition.periods)]
    there = [value for value in values if value is not None]
    missing = len(values) - len(there)
    beyond = sum(is_beyond(value, condition.threshold) for value in there)
    wanted = f"{condition.comparison} {condition.threshold:g} in {condition.to_alarm} of {condition.periods} periods"
    said = f"{beyond} of the last {len(values)} values beyond the threshold, {missing} missing ({wanted})"
    may_count = {"breaching": missing, "notBreaching": 0, "ignore": 0, "missing": 0}[condition.missing]
    if beyond + may_count >= condition.to_alarm:
        return State.ALARM, said
    if not there and condition.missing == "missing":
        return State.UNKNOWN, said
    if not there and condition.missing == "ignore":
        return before, said
    return State.OK, said


def _value(condition: Condition, points: Sequence[Point], end: datetime) -> float | None:
    """Give the statistic of one period, its beginning excluded and its end included."""
    values = [value for at, value in points if end - condition.period < at <= end]
    if not values:
        return None
    if condition.statistic.startswith("p"):
        return sorted(values)[max(ceil(len(values) * float(condition.statistic[1:]) / 100) - 1, 0)]
    return float(_STATISTICS[condition.statistic](values))
