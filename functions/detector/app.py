"""Judges CloudTrail records and native events from an SQS lane; changes no secret."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from nightlatch.domain.metrics import Metric
from nightlatch.wiring import wire_detector

logger = Logger()
metrics = Metrics()
judge = wire_detector(os.environ)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Judge a batch; what could not be judged or carried out comes again, and ends in the dead-letter queue."""
    judged = judge(event["Records"])
    metrics.add_metric(name=Metric.MESSAGES_JUDGED, unit=MetricUnit.Count, value=len(event["Records"]))
    for lag in judged.lags:
        metrics.add_metric(name=Metric.EVENT_LAG, unit=MetricUnit.Seconds, value=lag.total_seconds())
    if judged.beats:
        metrics.add_metric(name=Metric.HEARTBEATS_ARRIVED, unit=MetricUnit.Count, value=judged.beats)
    if judged.silent_for is not None:
        metrics.add_metric(name=Metric.HEARTBEAT_AGE, unit=MetricUnit.Seconds, value=judged.silent_for.total_seconds())
    for finding in judged.outcome.findings:
        logger.info(
            "finding",
            extra={
                "rule_id": finding.rule,
                "finding_id": finding.id,
                "severity": finding.severity,
                "state": finding.state,
                "event_id": finding.event_ids[0],
                **({"via": finding.via} if finding.via else {}),
            },
        )
        metrics.add_metric(name=Metric.FINDINGS, unit=MetricUnit.Count, value=1)
    for caller, count in judged.reads.items():
        logger.info("reads", extra={"caller": caller, "count": count})
    for message_id, reason in judged.malformed.items():
        logger.warning("malformed record", extra={"message_id": message_id, "reason": reason})
        metrics.add_metric(name=Metric.MALFORMED_RECORDS, unit=MetricUnit.Count, value=1)
    if judged.unreadable:
        metrics.add_metric(name=Metric.RESPONSES_UNREADABLE, unit=MetricUnit.Count, value=judged.unreadable)
    for event_id, reason in judged.outcome.failed.items():
        logger.warning("not carried out", extra={"event_id": event_id, "reason": reason})
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in judged.failed]}
