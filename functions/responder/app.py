"""Carries approved responses out, one at a time per secret; the only function that writes to Secrets Manager."""

from __future__ import annotations

import json
import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from nightlatch.domain.answering.speed import restored_after
from nightlatch.domain.errors import IllegalTransition, NightlatchError
from nightlatch.domain.metrics import Metric
from nightlatch.wiring import wire_drill, wire_responder

logger = Logger()
metrics = Metrics()
carry_out = wire_responder(os.environ)
drill = wire_drill(os.environ)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Carry out each response; after a failure the rest of the batch waits, for the queue keeps order per secret."""
    if "drill" in event:  # the weekly schedule calls without a queue
        _drill(None)
        return {"batchItemFailures": []}
    records = event["Records"]
    for index, record in enumerate(records):
        try:
            message = json.loads(record["body"])
            if "drill" in message:
                _drill(message["drill"])
                continue
            response = carry_out(message["response_id"])
            logger.info(
                "response", extra={"response_id": response.id, "state": response.state, "result": response.result}
            )
            metrics.add_metric(name=Metric.RESPONSES, unit=MetricUnit.Count, value=1)
            if (after := restored_after(response)) is not None:
                metrics.add_metric(name=Metric.RESTORES, unit=MetricUnit.Count, value=1)
                metrics.add_metric(name=Metric.TIME_TO_RESTORE, unit=MetricUnit.Seconds, value=after.total_seconds())
        except IllegalTransition as error:
            # Another delivery runs it or somebody denied it: nothing is left to do with this message.
            logger.info("response skipped", extra={"message_id": record["messageId"], "reason": str(error)})
        except (NightlatchError, ValueError, KeyError) as error:
            logger.error("response failed", extra={"message_id": record["messageId"], "reason": str(error)})  # noqa: TRY400 - our errors say all in one line
            metrics.add_metric(name=Metric.RESPONSES_FAILED, unit=MetricUnit.Count, value=1)
            return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in records[index:]]}
    return {"batchItemFailures": []}


def _drill(secret: str | None) -> None:
    """Open some copies of the vault and say which are as they were put in."""
    for proof in drill(secret):
        if proof.held:
            logger.info("proven restorable", extra={"copy_id": proof.copy_id, "secret": proof.secret_name})
            metrics.add_metric(name=Metric.COPIES_PROVEN, unit=MetricUnit.Count, value=1)
        else:
            logger.error("not restorable", extra={"copy_id": proof.copy_id, "reason": proof.why})
            metrics.add_metric(name=Metric.COPIES_NOT_RESTORABLE, unit=MetricUnit.Count, value=1)
