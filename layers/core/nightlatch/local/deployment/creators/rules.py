"""After this module a reader knows how event rules and schedules come to the stage."""

from __future__ import annotations

import json
from collections.abc import Mapping

from nightlatch.local.deployment.creators.context import Context, Made
from nightlatch.local.deployment.errors import CreationFailed, Unsupported
from nightlatch.local.deployment.properties import Properties
from nightlatch.local.patterns import InvalidPattern, compile_pattern

# The default quota; the API itself takes 4,096 (ruling 29).
_LONGEST_PATTERN = 2048
_REFUSED_INPUTS = ("InputTransformer", "InputPath")
_TARGET_SERVICES = (["sqs"], ["sns"], ["lambda"])


def rule(properties: Properties, context: Context) -> Made:
    """Make a rule and its targets; `local/events/bus.py` does the matching and the delivery.

    Raises:
        Unsupported: A target transforms its input, which the bus does not do.
    """
    name = properties.get("Name") or context.name()
    _check_pattern(properties.get("EventPattern"), context)
    bus = properties.get("EventBusName", "default")
    arn = context.call(
        "events",
        "put_rule",
        Name=name,
        EventBusName=bus,
        **properties.take("Description", "EventPattern", "RoleArn", "ScheduleExpression", "State", "Tags"),
    )["RuleArn"]
    targets = properties.get("Targets", [])
    for target in targets:
        refused = [member for member in _REFUSED_INPUTS if member in target]
        if refused:
            raise Unsupported(f"{context.logical_id}: the stage's bus has no {', '.join(refused)}")
        if str(target.get("Arn")).split(":")[2:3] not in _TARGET_SERVICES:
            raise Unsupported(f"{context.logical_id}: the stage's bus delivers to SQS, SNS and Lambda alone")
    if targets:
        context.call("events", "put_targets", Rule=name, EventBusName=bus, Targets=targets)
    reference = name if bus == "default" else f"{bus}|{name}"
    return Made(physical_id=reference, attributes={"Arn": arn})


def _check_pattern(pattern: Mapping[str, object] | str | None, context: Context) -> None:
    """Refuse in a rule what PutRule refuses on AWS; moto takes any text for a pattern."""
    if pattern is None:
        return
    try:
        compile_pattern(pattern)
    except InvalidPattern as error:
        raise CreationFailed(f"{context.logical_id} ({context.type}): {error}") from error
    text = pattern if isinstance(pattern, str) else json.dumps(pattern, separators=(",", ":"))
    if len(text) > _LONGEST_PATTERN:
        raise CreationFailed(
            f"{context.logical_id}: its pattern has {len(text)} characters, {_LONGEST_PATTERN} at most"
        )


def schedule(properties: Properties, context: Context) -> Made:
    """Make an EventBridge Scheduler schedule; `local/events/scheduler.py` fires it.

    Raises:
        Unsupported: Its target is no function or queue, or says nothing to it.
    """
    target = properties.get("Target")
    service = str(target.get("Arn")).split(":")[2:3]
    if service not in (["lambda"], ["sqs"]) or "Input" not in target:
        raise Unsupported(f"{context.logical_id}: the stage fires schedules with an Input, at functions and queues")
    name = properties.get("Name") or context.name()
    arn = context.call(
        "scheduler",
        "create_schedule",
        Name=name,
        **properties.take(
            "Description",
            "FlexibleTimeWindow",
            "GroupName",
            "KmsKeyArn",
            "ScheduleExpression",
            "ScheduleExpressionTimezone",
            "State",
            "Target",
        ),
    )["ScheduleArn"]
    return Made(physical_id=name, attributes={"Arn": arn})
