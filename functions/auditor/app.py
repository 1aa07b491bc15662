"""Takes the inventory of secrets and what they need, and finds who points to one that moved; reads no value."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from nightlatch.domain.metrics import Metric
from nightlatch.service.stocktaking import Progress
from nightlatch.wiring import wire_auditor, wire_references

logger = Logger()
metrics = Metrics()
take_stock = wire_auditor(os.environ)
find_references = wire_references(os.environ)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Go on with the inventory, or begin one that is due; what could not be looked at is told."""
    if "references" in event:  # the responder calls without waiting
        return _references(event["references"])
    done = take_stock()
    taking = done.taking
    if taking is None:
        return {"progress": done.progress}
    said = {"progress": done.progress, "secrets": taking.secrets, "gaps": taking.gap_count}
    logger.info("inventory", extra=said)
    if done.progress is Progress.FINISHED:
        metrics.add_metric(name=Metric.SECRETS_LISTED, unit=MetricUnit.Count, value=taking.secrets)
        metrics.add_metric(name=Metric.INVENTORY_GAPS, unit=MetricUnit.Count, value=taking.gap_count)
        for gap in taking.gaps:
            logger.warning("not looked at", extra={"gap": gap})
    return said


def _references(asked: dict[str, Any]) -> dict[str, Any]:
    """Look for who points to the old ARN of a secret; the incident is told."""
    references = find_references(asked)
    said = {"found": {kind: len(names) for kind, names in references.found.items()}}
    logger.info("references", extra={"arn": references.arn, **said})
    for kind, why in references.not_looked.items():
        logger.warning("not looked at", extra={"gap": f"{kind}: {why}"})
    return said
