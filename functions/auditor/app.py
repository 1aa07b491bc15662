"""Takes the inventory, audits each day, and finds who points to a secret that moved; reads no value."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from nightlatch.checks import PRACTICES
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.metrics import Metric
from nightlatch.domain.posture.news import News
from nightlatch.domain.posture.reports import scores
from nightlatch.service.stocktaking import Progress
from nightlatch.wiring import wire_auditor, wire_references
from nightlatch.wiring.auditing import wire_audit

logger = Logger()
metrics = Metrics()
take_stock = wire_auditor(os.environ)
go_on_with_audit = wire_audit(os.environ)
find_references = wire_references(os.environ)
OVERDUE, UNGUARDED = "rotation.overdue", "monitoring.unguarded"  # checks whose figures have a metric of their own


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Go on with the inventory and then with the audit, or begin what is due; what could not be looked at is told."""
    if "references" in event:  # the responder calls without waiting
        return _references(event["references"])
    said = {} if "audit" in event else _inventory()  # somebody who asks for an audit has it at once
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    return {**said, "audit": _audit(left, at_once="audit" in event)}


def _inventory() -> dict[str, Any]:
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


def _audit(left: timedelta, *, at_once: bool) -> str:
    done = go_on_with_audit(left, at_once=at_once)
    run = done.audit.run
    if run is not None:
        seen = {"secrets": run.secrets, "functions": run.functions, "calls": run.calls, "gaps": run.gaps}
        logger.info("audit", extra={"progress": done.audit.progress, "run": run.id, **seen})
    if done.news is not None:
        _count(done.news)
    return str(done.audit.progress)


def _count(news: News) -> None:
    many, of = MetricUnit.Count, news.open.get
    metrics.add_metric(name=Metric.SECRETS_AUDITED, unit=many, value=news.run.secrets)
    metrics.add_metric(name=Metric.AUDIT_GAPS, unit=many, value=news.run.gaps)
    metrics.add_metric(name=Metric.VIOLATIONS_CRITICAL, unit=many, value=of(Severity.CRITICAL, 0))
    metrics.add_metric(name=Metric.VIOLATIONS_HIGH, unit=many, value=of(Severity.HIGH, 0))
    metrics.add_metric(name=Metric.VIOLATIONS_MEDIUM, unit=many, value=of(Severity.MEDIUM, 0))
    metrics.add_metric(name=Metric.VIOLATIONS_LOW, unit=many, value=of(Severity.LOW, 0))
    metrics.add_metric(name=Metric.SECRETS_UNGUARDED, unit=many, value=news.violations_of(UNGUARDED))
    metrics.add_metric(name=Metric.ROTATIONS_OVERDUE, unit=many, value=news.violations_of(OVERDUE))
    for score in scores(news.run.counts, PRACTICES):
        said = {"percent": score.percent, "violated": score.violated, "unseen": score.unseen}
        logger.info("practice", extra={"practice": score.practice.short, **said})
    if news.score is not None:
        metrics.add_metric(name=Metric.AUDIT_SCORE, unit=MetricUnit.Percent, value=news.score)


def _references(asked: dict[str, Any]) -> dict[str, Any]:
    """Look for who points to the old ARN of a secret; the incident is told."""
    references = find_references(asked)
    said = {"found": {kind: len(names) for kind, names in references.found.items()}}
    logger.info("references", extra={"arn": references.arn, **said})
    for kind, why in references.not_looked.items():
        logger.warning("not looked at", extra={"gap": f"{kind}: {why}"})
    return said
