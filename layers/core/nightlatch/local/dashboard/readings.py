"""After this module a reader knows where the stage's metrics come from: moto keeps none that CloudWatch would compute.

What nightlatch counts is read off the lines that its functions write (the embedded metric format); what AWS counts of
rules, queues and functions is read off the stage's journal. What AWS would refuse, the stage refuses not: those are
zero for each part that there is.

Source: CloudWatch user guide, embedded metric format specification; metrics of Lambda, SQS, EventBridge and DynamoDB.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from nightlatch.local.journal import Entry, Outcome, Step

Point = tuple[datetime, float]
Key = tuple[str, str]  # namespace and metric
_FAILED = frozenset({Outcome.FAILED, Outcome.LOST})


@dataclass(frozen=True, slots=True)
class Readings:
    """Every measured value, by metric and by which part wrote it."""

    values: dict[Key, dict[str, list[Point]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def of(self, namespace: str, metric: str) -> Mapping[str, list[Point]]:
        """Give the values of a metric by who wrote them; nothing where nobody did."""
        return self.values.get((namespace, metric), {})

    def add(self, namespace: str, metric: str, part: str, points: Iterable[Point]) -> None:
        """Keep some values."""
        self.values[namespace, metric][part].extend(points)


def read_lines(lines: Iterable[str], into: Readings, *, at: datetime | None = None) -> None:
    """Take the metrics out of what functions wrote, by their own moment or another; other lines are passed over."""
    for document in documents(lines):
        about = document.get("_aws")
        if about is None:
            continue
        moment = at or datetime.fromtimestamp(float(about["Timestamp"]) / 1_000, UTC)
        for directive in about["CloudWatchMetrics"]:
            for metric in directive["Metrics"]:
                found = document[metric["Name"]]
                values = found if isinstance(found, list) else [found]
                points = [(moment, float(value)) for value in values]
                into.add(directive["Namespace"], metric["Name"], str(document.get("service", "")), points)


def documents(lines: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """Give the lines that are JSON objects."""
    for line in lines:
        if line.startswith("{"):
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, Mapping):
                yield found


def read_journal(entries: Iterable[Entry], into: Readings) -> None:
    """Take out of the journal what AWS would have counted of rules, lanes and functions."""
    runs: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for entry in entries:
        failed = float(entry.outcome in _FAILED)
        if entry.step in {Step.RULE, Step.SCHEDULE}:
            into.add("AWS/Events", "Invocations", entry.via, [(entry.at, 1.0)])
            into.add("AWS/Events", "FailedInvocations", entry.via, [(entry.at, failed)])
        if entry.step in {Step.LANE, Step.FUNCTION}:
            function = entry.target.rpartition(":")[2]
            into.add("AWS/Lambda", "Invocations", function, [(entry.at, 1.0)])
            into.add("AWS/Lambda", "Errors", function, [(entry.at, failed)])
            into.add("AWS/Lambda", "Throttles", function, [(entry.at, 0.0)])
            into.add("AWS/Lambda", "Duration", function, [(entry.at, entry.ms)])
            runs[function].append((entry.at - timedelta(milliseconds=entry.ms), entry.at))
        if entry.step is Step.LANE:
            into.add("AWS/SQS", "NumberOfMessagesSent", entry.via, [(entry.at, float(entry.what.split()[0]))])
    for function, spans in runs.items():
        points = [(end, float(sum(one[0] <= end <= one[1] for one in spans))) for _, end in spans]
        into.add("AWS/Lambda", "ConcurrentExecutions", function, points)


def read_queues(sizes: Mapping[str, int], tables: Iterable[str], at: datetime, into: Readings) -> None:
    """Note how much lies in each queue, and that no table refused anything."""
    for queue, size in sizes.items():
        into.add("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue, [(at, float(size))])
        if not size:
            into.add("AWS/SQS", "ApproximateAgeOfOldestMessage", queue, [(at, 0.0)])
    for table in tables:
        for metric in ("ThrottledRequests", "ReadThrottleEvents", "WriteThrottleEvents"):
            into.add("AWS/DynamoDB", metric, table, [(at, 0.0)])
