"""Answers a pressed Slack button: verifies, authorises and moves the approval; does nothing else."""

from __future__ import annotations

import json
import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from nightlatch.domain.errors import ForgedRequest
from nightlatch.domain.metrics import Metric
from nightlatch.wiring import wire_interactions

logger = Logger()
metrics = Metrics()
answer = wire_interactions(os.environ)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer within Slack's three seconds: 200 when the press was understood, 401 when it is not Slack's."""
    try:
        pressed = answer(event)
    except ForgedRequest as error:
        logger.warning("request refused", extra={"reason": str(error)})
        metrics.add_metric(name=Metric.REQUESTS_FORGED, unit=MetricUnit.Count, value=1)
        return _reply(401, "not accepted")
    if not pressed.done:
        logger.info("press refused", extra={"reason": pressed.text})
        metrics.add_metric(name=Metric.PRESSES_REFUSED, unit=MetricUnit.Count, value=1)
        return _reply(200, pressed.text)
    logger.info("press", extra={"done": pressed.done})
    metrics.add_metric(name=Metric.PRESSES_ACCEPTED, unit=MetricUnit.Count, value=1)
    return _reply(200, pressed.text)


def _reply(status: int, text: str) -> dict[str, Any]:
    body = json.dumps({"response_type": "ephemeral", "replace_original": False, "text": text})
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": body}
