"""Proves that nightlatch still sees: sends a heartbeat, looks at the paths, and finds the changes that were missed."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from nightlatch.domain.judging.findings import RECONCILE
from nightlatch.domain.metrics import Metric
from nightlatch.wiring import wire_heartbeat

logger = Logger()
metrics = Metrics()
beat, reconcile = wire_heartbeat(os.environ)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Send a beat and look; what is broken or missed is told through the detector, and counted for an alarm."""
    done = beat()
    found = reconcile()
    for fault in done.faults:
        logger.warning("broken path", extra={"about": fault.about, "reason": fault.why})
    for event in found.missed:
        logger.warning("missed", extra={"event_id": event.event_id, "call": event.name, "via": RECONCILE})
    for gap in (*done.gaps, *found.gaps):
        logger.warning("not looked at", extra={"gap": gap})
    metrics.add_metric(name=Metric.BLIND_SPOTS, unit=MetricUnit.Count, value=len(done.faults))
    metrics.add_metric(name=Metric.LOOKS_REFUSED, unit=MetricUnit.Count, value=len(done.gaps) + len(found.gaps))
    metrics.add_metric(name=Metric.EVENTS_MISSED, unit=MetricUnit.Count, value=len(found.missed))
    said = {"faults": len(done.faults), "gaps": len(done.gaps) + len(found.gaps), "missed": len(found.missed)}
    logger.info("beat", extra=said)
    return said
