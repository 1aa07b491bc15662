"""Shows incidents to people and machines on every channel; the only function with the channels' credentials."""

from __future__ import annotations

import json
import os
from threading import Lock
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from nightlatch.domain.answering.speed import Opened
from nightlatch.domain.errors import NightlatchError
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.metrics import Metric
from nightlatch.service.ports import Notice
from nightlatch.wiring import wire_notifier

logger = Logger()
metrics = Metrics()
one_at_a_time = Lock()

LEAST_MS = 15_000  # for one notice: a channel that does not answer takes twelve seconds


def _failed(channel: str, reason: str) -> None:
    with one_at_a_time:  # channels are told at once, and Powertools keeps its metrics without a lock
        logger.warning("channel failed", extra={"channel": channel, "reason": reason})
        metrics.add_metric(name=Metric.CHANNEL_FAILURES, unit=MetricUnit.Count, value=1)


def _opened(told: Opened) -> None:
    metrics.add_metric(name=Metric.TIME_TO_DETECT, unit=MetricUnit.Seconds, value=told.after.total_seconds())
    match told.severity:
        case Severity.CRITICAL:
            metrics.add_metric(name=Metric.INCIDENTS_CRITICAL, unit=MetricUnit.Count, value=1)
        case Severity.HIGH:
            metrics.add_metric(name=Metric.INCIDENTS_HIGH, unit=MetricUnit.Count, value=1)
        case Severity.MEDIUM:
            metrics.add_metric(name=Metric.INCIDENTS_MEDIUM, unit=MetricUnit.Count, value=1)
        case _:
            metrics.add_metric(name=Metric.INCIDENTS_LOW, unit=MetricUnit.Count, value=1)


tell = wire_notifier(os.environ, _failed, _opened)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Show each notice of a batch; one that a channel did not take comes again, and so does one that has no time left.

    A function that is killed has told nobody why, and all of its batch has failed.
    """
    failed: list[dict[str, str]] = []
    for number, record in enumerate(event["Records"]):
        if number and context.get_remaining_time_in_millis() < LEAST_MS:
            failed.append({"itemIdentifier": record["messageId"]})
            continue
        try:
            notice = Notice(**json.loads(record["body"]))
            channels = tell(notice)
            logger.info("told", extra={"incident_id": notice.incident_id, "mark": notice.mark, "channels": channels})
            metrics.add_metric(name=Metric.NOTICES_SHOWN, unit=MetricUnit.Count, value=len(channels))
        except (NightlatchError, ValueError, TypeError) as error:
            logger.warning("not told", extra={"message_id": record["messageId"], "reason": str(error)})
            metrics.add_metric(name=Metric.NOTICES_FAILED, unit=MetricUnit.Count, value=1)
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
