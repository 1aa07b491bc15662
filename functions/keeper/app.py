"""Keeps metadata after each change, and the values of opted-in secrets in the vault; writes to no secret."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from nightlatch.domain.metrics import Metric
from nightlatch.wiring import wire_keeper

logger = Logger()
metrics = Metrics()
keep = wire_keeper(os.environ)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Look at each secret of a batch once; one that AWS could not be asked about comes again."""
    batch = keep(event["Records"])
    for secret, keeping in batch.kept.items():
        if keeping.snapshot is not None:
            logger.info("snapshot", extra={"secret": secret, "digest": keeping.snapshot.digest})
            metrics.add_metric(name=Metric.SNAPSHOTS_KEPT, unit=MetricUnit.Count, value=1)
        for copy in keeping.copies:
            logger.info("copy", extra={"secret": secret, "copy_id": copy.id, "version_id": copy.version_id})
            metrics.add_metric(name=Metric.COPIES_KEPT, unit=MetricUnit.Count, value=1)
        for reason in keeping.missed:
            logger.warning("not copied", extra={"secret": secret, "reason": reason})
            metrics.add_metric(name=Metric.COPIES_MISSED, unit=MetricUnit.Count, value=1)
    for secret, reason in batch.refused.items():
        logger.warning("not looked at", extra={"secret": secret, "reason": reason})
        metrics.add_metric(name=Metric.COPIES_MISSED, unit=MetricUnit.Count, value=1)
    for message_id, reason in batch.malformed.items():
        logger.warning("malformed record", extra={"message_id": message_id, "reason": reason})
        metrics.add_metric(name=Metric.MALFORMED_RECORDS, unit=MetricUnit.Count, value=1)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in batch.failed]}
