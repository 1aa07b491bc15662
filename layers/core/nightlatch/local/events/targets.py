"""After this module a reader knows how an event leaves a rule, and what stops it.

The stage is as strict as AWS about who may be reached: the queue, topic or function must exist and its
policy must let EventBridge in. What is refused goes to the target's dead-letter queue with the reason.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import lambda_backends
from moto.core.exceptions import ServiceException
from moto.sns.models import sns_backends

from nightlatch.local.deployment.errors import UnknownReference
from nightlatch.local.events.grants import Ask, grants
from nightlatch.local.queues.moto_queues import NoSuchQueue, StageQueue
from nightlatch.local.running.asynchronous import AsyncInvoker

_EVENTS = "events.amazonaws.com"


class Undeliverable(Exception):
    """A target cannot be reached; `code` is the ERROR_CODE that AWS has for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Targets:
    """Delivers events to queues, topics and functions."""

    def __init__(self, invoker: AsyncInvoker) -> None:
        self._invoker = invoker

    def send(self, rule_arn: str, target: Mapping[str, Any], event: str) -> None:
        """Deliver an event to one target of a rule.

        Raises:
            Undeliverable: The target is missing, closed to EventBridge, or of a kind the stage lacks.
        """
        transforming = [name for name in ("InputTransformer", "InputPath") if name in target]
        if transforming:
            raise Undeliverable("INVALID_PARAMETER", f"the stage's bus has no {', '.join(transforming)}")
        text = target.get("Input", event)
        arn = str(target["Arn"])
        match arn.split(":")[2]:
            case "sqs":
                group_id = target.get("SqsParameters", {}).get("MessageGroupId")
                self._to_queue(rule_arn, arn, text, group_id)
            case "sns":
                self._to_topic(rule_arn, arn, text)
            case "lambda":
                self._to_function(rule_arn, arn, text)
            case service:
                raise Undeliverable("INVALID_PARAMETER", f"the stage's bus does not deliver to {service}")

    def to_dead_letters(self, rule_arn: str, target: Mapping[str, Any], event: str, why: Undeliverable) -> bool:
        """Send an event that could not be delivered to the target's queue for such; False if it is lost."""
        arn = target.get("DeadLetterConfig", {}).get("Arn")
        if arn is None:
            return False
        queue = StageQueue(arn)
        attributes = {
            "RULE_ARN": rule_arn,
            "TARGET_ARN": str(target["Arn"]),
            "ERROR_CODE": why.code,
            "ERROR_MESSAGE": str(why),
        }
        try:
            if not grants(queue.policy, _ask("sqs:SendMessage", arn, rule_arn)):
                return False
            queue.send(event, attributes=attributes)
        except NoSuchQueue:
            return False
        return True

    def _to_queue(self, rule_arn: str, arn: str, text: str, group_id: str | None) -> None:
        queue = StageQueue(arn)
        try:
            if not grants(queue.policy, _ask("sqs:SendMessage", arn, rule_arn)):
                raise Undeliverable("NO_PERMISSIONS", "the queue's policy does not let this rule send")
            if queue.is_fifo and not group_id:
                raise Undeliverable("INVALID_PARAMETER", "a FIFO queue needs SqsParameters.MessageGroupId")
            queue.send(text, group_id=group_id)
        except NoSuchQueue as error:
            raise Undeliverable("NO_RESOURCE", str(error)) from error
        except ServiceException as error:
            raise Undeliverable("INVALID_PARAMETER", f"the queue refuses the message: {error}") from error

    def _to_topic(self, rule_arn: str, arn: str, text: str) -> None:
        *_, region, account, _name = arn.split(":")
        backend = sns_backends[account][region]
        topic = backend.topics.get(arn)
        if topic is None:
            raise Undeliverable("NO_RESOURCE", "the topic does not exist")
        if not grants(topic.policy, _ask("sns:Publish", arn, rule_arn)):
            raise Undeliverable("NO_PERMISSIONS", "the topic's policy does not let EventBridge publish")
        topic.publish(text)

    def _to_function(self, rule_arn: str, arn: str, text: str) -> None:
        region, account = arn.split(":")[3:5]
        try:
            function = lambda_backends[account][region].get_function(arn)
            if not grants({"Statement": function.policy.statements}, _ask("lambda:InvokeFunction", arn, rule_arn)):
                raise Undeliverable("NO_PERMISSIONS", "the function's policy does not let this rule invoke")
            self._invoker.submit(arn, text.encode(), via=rule_arn.rpartition("/")[2])
        except (UnknownFunctionException, UnknownReference) as error:
            raise Undeliverable("NO_RESOURCE", "the function does not exist") from error


def as_text(event: Mapping[str, Any]) -> str:
    """Write an event as EventBridge sends it."""
    return json.dumps(event, separators=(",", ":"))


def _ask(action: str, resource: str, rule_arn: str) -> Ask:
    return Ask(
        service=_EVENTS,
        action=action,
        resource=resource,
        source_arn=rule_arn,
        source_account=rule_arn.split(":")[4],
    )
