"""The alarms of our stack as its template writes them: what each listens to, and when it rings.

They are the one path that needs none of our functions. An alarm that stands, and listens to a queue that is not ours or
rings above a billion, is as dead as one that was deleted; so what makes it ring stands here as well, and a test holds
it against template.yaml.

Source: CloudWatch API reference, MetricAlarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """What an alarm listens to and when it rings."""

    namespace: str
    metric: str
    dimension: str
    of: str = ""  # the dimension's value
    statistic: str = "Sum"  # or a percentile
    period_s: int = 300
    periods: int = 1
    datapoints: int | None = None  # of the periods; None for all of them
    threshold: float = 0
    comparison: str = "GreaterThanThreshold"
    missing: str = "notBreaching"  # what missing data means
    unit: str = ""  # an alarm with a unit does not hear data without one


_DEAD_LETTERS = Ring(
    namespace="AWS/SQS",
    metric="ApproximateNumberOfMessagesVisible",
    dimension="QueueName",
    statistic="Maximum",
    period_s=60,
)
_WAIT = replace(_DEAD_LETTERS, metric="ApproximateAgeOfOldestMessage", periods=2, threshold=300)
_ERRORS = Ring(namespace="AWS/Lambda", metric="Errors", dimension="FunctionName")
_THROTTLES = replace(_ERRORS, metric="Throttles", periods=2)
_DELIVERY = Ring(namespace="AWS/Events", metric="FailedInvocations", dimension="RuleName", period_s=60)
_TABLE = Ring(namespace="AWS/DynamoDB", metric="", dimension="TableName", of="StateTable", periods=2)
_OWN = Ring(namespace="nightlatch", metric="", dimension="service")
_BEAT = replace(_OWN, of="heartbeat", missing="ignore")
_LAG = replace(_OWN, metric="EventLag", statistic="p95", threshold=600)
_SILENCE = replace(_OWN, threshold=1, comparison="LessThanThreshold", missing="breaching")

_SINGLE: Mapping[str, Ring] = {
    "ReadsWaitAlarm": replace(_WAIT, of="ReadsQueue", threshold=600),
    "KeeperWaitAlarm": replace(_WAIT, of="KeeperQueue", threshold=600),
    "StateReadThrottlesAlarm": replace(_TABLE, metric="ReadThrottleEvents"),
    "StateWriteThrottlesAlarm": replace(_TABLE, metric="WriteThrottleEvents"),
    "HeartbeatMissingAlarm": replace(_SILENCE, metric="HeartbeatsArrived", of="detector-reads", periods=6),
    "ChangesPulseAlarm": replace(_SILENCE, metric="MessagesJudged", of="detector-changes", period_s=60, periods=10),
    "BlindSpotsAlarm": replace(_BEAT, metric="BlindSpots", statistic="Maximum"),
    "LooksRefusedAlarm": replace(_BEAT, metric="LooksRefused", statistic="Maximum", period_s=900, periods=2),
    "EventsMissedAlarm": replace(_BEAT, metric="EventsMissed", period_s=900, periods=4, datapoints=2),
    "ChangesLagAlarm": replace(_LAG, of="detector-changes"),
    "ReadsLagAlarm": replace(_LAG, of="detector-reads"),
    "ChannelFailuresAlarm": replace(_OWN, metric="ChannelFailures", of="notifier", periods=3),
    "NotRestorableAlarm": replace(_OWN, metric="CopiesNotRestorable", of="responder"),
}
# Alarms of one kind are named after the part that each is about: what stands behind that name in the alarm's own
# logical id, what stands there in the part's, and how they all ring.
_FAMILIES = (
    ("DeadLettersAlarm", "DeadLetterQueue", _DEAD_LETTERS),
    ("WaitAlarm", "Queue", _WAIT),
    ("ErrorsAlarm", "", _ERRORS),
    ("ThrottlesAlarm", "", _THROTTLES),
    ("DeliveryAlarm", "Rule", _DELIVERY),
)


def ring_of(logical_id: str) -> Ring | None:
    """Give how an alarm of the template rings, `of` a logical id or one of our services; None for no alarm of it."""
    if logical_id in _SINGLE:
        return _SINGLE[logical_id]
    for suffix, part, ring in _FAMILIES:
        if logical_id.endswith(suffix):
            return replace(ring, of=f"{logical_id.removesuffix(suffix)}{part}")
    return None
