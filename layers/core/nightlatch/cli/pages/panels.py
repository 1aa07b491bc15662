"""What the dashboards show, in which order: health first, then what happens, what is unprotected, and the cost.

Both dashboards are made of this, so they show the same. A metric that this nightlatch does not count yet is left out
with its panel, and a test holds that each metric that it counts is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nightlatch.domain.metrics import Metric

MINUTE, FIVE_MINUTES, DAY = 60, 300, 86_400
_COUNTED = frozenset(metric.value for metric in Metric)
_DIMENSIONS = {
    "nightlatch": "service",
    "AWS/SQS": "QueueName",
    "AWS/Lambda": "FunctionName",
    "AWS/Events": "RuleName",
    "AWS/DynamoDB": "TableName,Operation",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One metric over all that write it."""

    metric: str
    statistic: str = "Sum"
    namespace: str = "nightlatch"
    dimensions: str = ""  # where they are not its namespace's usual ones

    @property
    def is_known(self) -> bool:
        """Whether anybody writes it."""
        return self.namespace != "nightlatch" or self.metric in _COUNTED

    def expression(self, period: int) -> str:
        """Write it as a search of CloudWatch; of AWS's metrics only those of the stack's own parts are meant."""
        whose = "" if self.namespace == "nightlatch" else " nightlatch"
        schema = f"{self.namespace},{self.dimensions or _DIMENSIONS[self.namespace]}"
        return f"SEARCH('{{{schema}}} MetricName=\"{self.metric}\"{whose}', '{self.statistic}', {period})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture; of logs where it has a query."""

    title: str
    asks: tuple[Ask, ...] = ()
    period: int = FIVE_MINUTES
    unit: str = "short"  # Grafana's name
    query: str = ""  # of Logs Insights
    of: tuple[str, ...] = ()  # whose logs


def ours(*metrics: str, statistic: str = "Sum") -> tuple[Ask, ...]:
    """Ask for some metrics of nightlatch."""
    return tuple(Ask(metric, statistic) for metric in metrics)


def aws(namespace: str, metric: str, statistic: str) -> tuple[Ask, ...]:
    """Ask for a metric that AWS writes of the stack's parts."""
    return (Ask(metric, statistic, f"AWS/{namespace}"),)


def rows() -> Iterator[tuple[str, tuple[Panel, ...]]]:
    """Give each row's heading and panels, as far as their metrics are counted."""
    for heading, panels in _ROWS:
        known = (replace(one, asks=tuple(ask for ask in one.asks if ask.is_known)) for one in panels)
        shown = tuple(one for one in known if one.asks or one.query)
        if shown:
            yield heading, shown


_HEALTH = (
    Panel(
        title="Heartbeat: seconds since the last that came back",
        asks=ours("HeartbeatAge", statistic="Maximum"),
        period=MINUTE,
        unit="s",
    ),
    Panel(
        title="Lag: seconds from an event to its judging, of half and of 95 in 100",
        asks=(Ask("EventLag", "p50"), Ask("EventLag", "p95")),
        unit="s",
    ),
    Panel(
        title="Blindness: broken paths, looks refused, events missed; heartbeats that came",
        asks=(
            *ours("BlindSpots", "LooksRefused", statistic="Maximum"),
            *ours("EventsMissed", "HeartbeatsArrived"),
        ),
    ),
    Panel(title="Pulse: messages judged, one a minute at least", asks=ours("MessagesJudged"), period=MINUTE),
    Panel(
        title="Notices shown, and messages that a channel did not take",
        asks=ours("ChannelFailures", "NoticesShown"),
        period=MINUTE,
    ),
    Panel(
        title="Refused by a table: reads and writes beyond what it takes",
        asks=tuple(
            Ask(metric, "Sum", "AWS/DynamoDB", "TableName") for metric in ("ReadThrottleEvents", "WriteThrottleEvents")
        ),
        period=MINUTE,
    ),
    Panel(
        title="Messages lying in queues: dead letters need you",
        asks=aws("SQS", "ApproximateNumberOfMessagesVisible", "Maximum"),
        period=MINUTE,
    ),
    Panel(
        title="Oldest message waiting",
        asks=aws("SQS", "ApproximateAgeOfOldestMessage", "Maximum"),
        period=MINUTE,
        unit="s",
    ),
    Panel(
        title="Function errors, and copies of the vault that do not open",
        asks=(*aws("Lambda", "Errors", "Sum"), *ours("CopiesNotRestorable")),
        period=MINUTE,
    ),
    Panel(title="Function throttles", asks=aws("Lambda", "Throttles", "Sum"), period=MINUTE),
    Panel(
        title="Events that EventBridge could not hand over",
        asks=aws("Events", "FailedInvocations", "Sum"),
        period=MINUTE,
    ),
    Panel(
        title="Events handed over: TickRule once a minute, always",
        asks=aws("Events", "Invocations", "Sum"),
        period=MINUTE,
    ),
)
_HAPPENING = (
    Panel(
        title="Incidents that opened, by severity",
        asks=ours("IncidentsCritical", "IncidentsHigh", "IncidentsMedium", "IncidentsLow"),
    ),
    Panel(
        title="Time to detect: seconds until somebody was told",
        asks=(Ask("TimeToDetect", "p50"), Ask("TimeToDetect", "p95")),
        unit="s",
    ),
    Panel(
        title="Time to restore: seconds until what was lost was back",
        asks=(Ask("TimeToRestore", "p50"), Ask("TimeToRestore", "p95")),
        unit="s",
    ),
    Panel(
        title="Messages judged, findings, and records that could not be judged",
        asks=ours("MessagesJudged", "Findings", "MalformedRecords"),
    ),
    Panel(
        title="Notices that people were shown, and what channels did not take",
        asks=ours("NoticesShown", "NoticesFailed", "ChannelFailures"),
    ),
    Panel(
        title="Responses carried out, restores among them; failed, and not readable",
        asks=ours("Responses", "Restores", "ResponsesFailed", "ResponsesUnreadable"),
    ),
    Panel(
        title="Buttons pressed: accepted, refused, forged",
        asks=ours("PressesAccepted", "PressesRefused", "RequestsForged"),
    ),
    Panel(
        title="Messages into the lanes, alerts and responses",
        asks=aws("SQS", "NumberOfMessagesSent", "Sum"),
    ),
    Panel(
        title="Latest findings",
        query='filter message = "finding" | sort @timestamp desc | limit 20 | fields @timestamp, rule_id, severity',
        of=("detector-changes", "detector-reads"),
    ),
)
_PROTECTION = (
    Panel(
        title="Audit: violations that stand, by severity",
        asks=ours("ViolationsCritical", "ViolationsHigh", "ViolationsMedium", "ViolationsLow", statistic="Maximum"),
        period=DAY,
    ),
    Panel(
        title="Audit: score in percent, secrets audited, and looks that were not possible",
        asks=ours("AuditScore", "SecretsAudited", "AuditGaps", statistic="Maximum"),
        period=DAY,
    ),
    Panel(
        title="Audit: score of each practice in percent, and how much breaks it",
        query=(
            'filter message = "practice" | sort @timestamp desc | limit 10'
            " | fields @timestamp, practice, percent, violated, unseen"
        ),
        of=("auditor",),
    ),
    Panel(
        title="Secrets without their guard, and rotations that are overdue",
        asks=ours("SecretsUnguarded", "RotationsOverdue", statistic="Maximum"),
        period=DAY,
    ),
    Panel(
        title="Inventory: secrets listed, and what could not be looked at",
        asks=ours("SecretsListed", "InventoryGaps"),
    ),
    Panel(
        title="Snapshots and copies: kept, missed, proven restorable",
        asks=ours("SnapshotsKept", "CopiesKept", "CopiesMissed", "CopiesProven"),
    ),
)
_COST = (
    Panel(
        title="Reads of values by caller, and what AWS takes for them in USD",
        query=(
            'filter message = "reads" | stats sum(count) as reads, sum(count) * 0.000005 as usd by caller'
            " | sort reads desc | limit 20"
        ),
        of=("detector-reads",),
    ),
    Panel(title="Function calls", asks=aws("Lambda", "Invocations", "Sum")),
    Panel(title="Function duration, 95th percentile", asks=aws("Lambda", "Duration", "p95"), unit="ms"),
    Panel(title="Functions running at once", asks=aws("Lambda", "ConcurrentExecutions", "Maximum"), period=MINUTE),
    Panel(title="Refused by a table", asks=aws("DynamoDB", "ThrottledRequests", "Sum")),
)
_ROWS = (
    (
        "Health: is nightlatch itself well? Lines should lie on zero, but for lag, heartbeats and events handed over",
        _HEALTH,
    ),
    ("What happens: incidents, and how quickly they were told and put right", _HAPPENING),
    ("What stands unprotected, and what is kept", _PROTECTION),
    ("What it costs: reads by caller, and nightlatch itself", _COST),
)
