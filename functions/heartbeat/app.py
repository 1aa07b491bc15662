"""Proves that nightlatch still sees: sends a heartbeat, looks at the paths, and finds the changes that were missed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from nightlatch.domain.judging.findings import RECONCILE
from nightlatch.domain.metrics import Metric
from nightlatch.wiring import wire_heartbeat

logger = Logger()
metrics = Metrics()
heart = wire_heartbeat(os.environ)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(_event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Send a beat and look; what is broken or missed is told through the detector, and counted for an alarm."""
    done = heart.beat()
    for fault in done.faults:
        logger.warning("broken path", extra={"about": fault.about, "reason": fault.why})
    _name(done.gaps)
    metrics.add_metric(name=Metric.BLIND_SPOTS, unit=MetricUnit.Count, value=len(done.faults))
    metrics.add_metric(name=Metric.LOOKS_REFUSED, unit=MetricUnit.Count, value=len(done.gaps))
    metrics.flush_metrics()  # the look through the history takes minutes, and must not take these with it if it fails
    found = heart.reconcile(timedelta(milliseconds=context.get_remaining_time_in_millis()))
    for event in found.missed:
        logger.warning("missed", extra={"event_id": event.event_id, "call": event.name, "via": RECONCILE})
    shown = heart.compare(found.is_whole)
    for change in shown.unseen:
        logger.warning("changed unseen", extra={"secret": change.secret.name, "at": change.at.isoformat()})
    _name((*found.gaps, *shown.gaps))
    gaps = len(done.gaps) + len(found.gaps) + len(shown.gaps)
    missed = len(found.missed) + len(shown.unseen)
    metrics.add_metric(name=Metric.LOOKS_REFUSED, unit=MetricUnit.Count, value=gaps)
    metrics.add_metric(name=Metric.EVENTS_MISSED, unit=MetricUnit.Count, value=missed)
    said = {"faults": len(done.faults), "gaps": gaps, "missed": missed}
    logger.info("beat", extra=said)
    return said


def _name(gaps: Iterable[str]) -> None:
    for gap in gaps:
        logger.warning("not looked at", extra={"gap": gap})
