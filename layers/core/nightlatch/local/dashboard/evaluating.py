"""After this module a reader knows how a widget's search or query becomes numbers, as CloudWatch would compute them.

Only the forms that nightlatch's own dashboard uses are understood; anything else is an error, and no empty picture.

Source: CloudWatch user guide, search expressions, statistics definitions; Logs Insights query syntax (filter, stats,
sort, limit, fields).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from nightlatch.local.dashboard.readings import Point, Readings

_SEARCH = re.compile(
    r"SEARCH\('\{(?P<namespace>[\w/]+),[\w,]+\} MetricName=\"(?P<metric>\w+)\"(?P<token> \S+)?',"
    r" '(?P<statistic>Sum|Maximum|p\d{2})', (?P<period>\d+)\)"
)
_MESSAGE = re.compile(r'filter message = "(\w+)"')
_SUMS = re.compile(r"sum\((\w+)\)(?: \* ([\d.]+))? as (\w+)")
_BY, _LIMIT, _FIELDS = re.compile(r"\bby (\w+)"), re.compile(r"\blimit (\d+)"), re.compile(r"\| fields ([\w@, ]+)")


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a picture: of which metric, by which part, as which statistic."""

    metric: str
    part: str
    statistic: str
    points: tuple[Point, ...]

    @property
    def last(self) -> float:
        """The latest number."""
        return self.points[-1][1]


def search(expression: str, readings: Readings) -> list[Series]:
    """Give what a search finds: a line for each part that wrote the metric.

    Raises:
        ValueError: It is no search of a form that is understood.
    """
    found = _SEARCH.fullmatch(expression)
    if found is None:
        raise ValueError(f"not a search that the stage understands: {expression}")
    period, token = int(found["period"]), (found["token"] or "").strip()
    parts = readings.of(found["namespace"], found["metric"])
    series = [
        Series(found["metric"], part, found["statistic"], _computed(points, found["statistic"], period))
        for part, points in sorted(parts.items())
        if part.startswith(token)
    ]
    return [one for one in series if one.points]


def _computed(points: Iterable[Point], statistic: str, period: int) -> tuple[Point, ...]:
    buckets: dict[int, list[float]] = defaultdict(list)
    for at, value in points:
        buckets[int(at.timestamp()) // period * period].append(value)
    return tuple(
        (datetime.fromtimestamp(start, UTC), _of(values, statistic)) for start, values in sorted(buckets.items())
    )


def _of(values: Sequence[float], statistic: str) -> float:
    match statistic:
        case "Sum":
            return sum(values)
        case "Maximum":
            return max(values)
        case _:
            return sorted(values)[max(ceil(len(values) * int(statistic[1:]) / 100) - 1, 0)]


def query(text: str, lines: Sequence[Mapping[str, object]]) -> tuple[list[str], list[list[str]]]:
    """Give the names and rows of a table of logs.

    Raises:
        ValueError: It filters by no message.
    """
    message = _MESSAGE.search(text)
    if message is None:
        raise ValueError(f"not a query that the stage understands: {text}")
    found = [line for line in lines if line.get("message") == message[1]]
    limit = _LIMIT.search(text)
    most = int(limit[1]) if limit else len(found)
    by, fields = _BY.search(text), _FIELDS.search(text)
    if by is not None:
        return _summed(_SUMS.findall(text), by[1], found, most)
    names = [name.strip() for name in fields[1].split(",")] if fields else ["@message"]
    latest = sorted(found, key=lambda line: str(line.get("timestamp", "")), reverse=True)[:most]
    return names, [[str(line.get(name.removeprefix("@"), "")) for name in names] for line in latest]


def _summed(
    sums: Sequence[tuple[str, str, str]], by: str, found: Iterable[Mapping[str, object]], most: int
) -> tuple[list[str], list[list[str]]]:
    totals: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(sums))
    for line in found:
        for number, (name, factor, _) in enumerate(sums):
            totals[str(line.get(by, ""))][number] += float(str(line.get(name, 0))) * float(factor or 1)
    ordered = sorted(totals.items(), key=lambda one: -one[1][0])[:most]
    return [by, *(alias for _, _, alias in sums)], [
        [name, *(f"{total:,.6f}".rstrip("0").rstrip(".") for total in row)] for name, row in ordered
    ]
