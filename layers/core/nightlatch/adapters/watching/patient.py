"""What a doctor looks at: the parts of the stack as AWS has them, with the caller's own credentials.

Source: botocore 1.44 service models: cloudformation ListStackResources; sqs GetQueueAttributes; lambda
GetFunctionConfiguration and GetFunctionConcurrency; cloudwatch GetMetricStatistics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from nightlatch.adapters.aws_codes import is_for_later
from nightlatch.adapters.aws_errors import code_of
from nightlatch.adapters.watching.aws_paths import AwsPaths, Ours
from nightlatch.domain.errors import Refused, Unavailable
from nightlatch.domain.watching.diagnosis import FunctionSeen, Names, QueueSeen
from nightlatch.domain.watching.paths import Paths

_RULE, _QUEUE, _FUNCTION = "AWS::Events::Rule", "AWS::SQS::Queue", "AWS::Lambda::Function"
_READS_RULES = frozenset({"ReadsRule", "KeyUseRule"})
_LANES = ("changes", "reads")
_MOST_PAGES = 10
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}  # by how a Region begins


@dataclass(frozen=True, slots=True)
class Part:
    """A resource of the stack."""

    logical_id: str
    kind: str
    name: str  # physical id


class Patient:
    """The stack.

    Args:
        clients: Gives the client of a service.
        stack: Its name or ARN.
        region: Where it is.
    """

    def __init__(self, clients: Callable[[str], Any], stack: str, region: str) -> None:
        self._clients = clients
        self._stack = stack
        self._region = region
        self._parts: tuple[Part, ...] | None = None

    def parts(self, kind: str) -> tuple[Part, ...]:
        """Give the stack's resources of a kind.

        Raises:
            Refused: A permission is missing; the message names it.
            Unavailable: AWS could not be asked.
        """
        if self._parts is None:
            with _asking("cloudformation:ListStackResources"):
                self._parts = tuple(self._listed())
        return tuple(part for part in self._parts if part.kind == kind)

    def names(self) -> Names:
        """Give what commands must name; raises Refused and Unavailable."""
        queues = {part.logical_id: arn_of(part.name, self._region) for part in self.parts(_QUEUE)}
        lanes = {lane: arn for lane in _LANES if (arn := queues.get(f"{lane.title()}Queue")) is not None}
        hearts = [part.name for part in self.parts(_FUNCTION) if part.logical_id == "Heartbeat"]
        return Names(
            stack=self._stack.split("/")[1] if self._stack.startswith("arn:") else self._stack,
            topic=next((part.name for part in self.parts("AWS::SNS::Topic")), ""),
            lanes=lanes,
            reads_rules=frozenset(part.name for part in self.parts(_RULE) if part.logical_id in _READS_RULES),
            heartbeat=hearts[0] if hearts else "",
        )

    def function(self, logical_id: str) -> str:
        """Give the name of a function of ours; empty where there is none; raises Refused and Unavailable."""
        return next((part.name for part in self.parts(_FUNCTION) if part.logical_id == logical_id), "")

    def alarm_names(self) -> tuple[str, ...]:
        """Name every alarm that the stack was given; raises Refused and Unavailable."""
        kinds = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
        return tuple(part.name.rsplit(":alarm:", 1)[-1] for kind in kinds for part in self.parts(kind))

    def paths(self) -> Paths:
        """Look at trails, rules and subscriptions; raises Refused and Unavailable."""
        rules = tuple(part.name for part in self.parts(_RULE))
        return AwsPaths(self._clients, Ours(rules=rules, topic=self.names().topic, region=self._region)).paths()

    def queues(self) -> tuple[QueueSeen, ...]:
        """Look at how many messages lie in each queue; raises Refused and Unavailable."""
        found = []
        for part in self.parts(_QUEUE):
            with _asking("sqs:GetQueueAttributes"):
                answer = self._clients("sqs").get_queue_attributes(
                    QueueUrl=part.name, AttributeNames=["ApproximateNumberOfMessages"]
                )
            waiting = int(answer.get("Attributes", {}).get("ApproximateNumberOfMessages", 0))
            arn = arn_of(part.name, self._region)
            is_dead = "DeadLetter" in part.logical_id
            name = arn.rsplit(":", 1)[-1]
            found.append(QueueSeen(name=name, arn=arn, waiting=waiting, is_for_dead_letters=is_dead))
        return tuple(found)

    def functions(self, now: datetime) -> tuple[FunctionSeen, ...]:
        """Look at each function and its errors of the last hour; raises Refused and Unavailable."""
        return tuple(self._function(part, now) for part in self.parts(_FUNCTION))

    def unreserved(self) -> int:
        """Give how many functions may run at once in this account; raises Refused and Unavailable."""
        with _asking("lambda:GetAccountSettings"):
            limit = self._clients("lambda").get_account_settings()["AccountLimit"]
        return int(limit["UnreservedConcurrentExecutions"])

    def _function(self, part: Part, now: datetime) -> FunctionSeen:
        client = self._clients("lambda")
        with _asking("lambda:GetFunctionConfiguration"):
            found = client.get_function_configuration(FunctionName=part.name)
        with _asking("lambda:GetFunctionConcurrency"):
            reserved = client.get_function_concurrency(FunctionName=part.name).get("ReservedConcurrentExecutions")
        with _asking("cloudwatch:GetMetricStatistics"):
            points = self._clients("cloudwatch").get_metric_statistics(
                Namespace="AWS/Lambda",
                MetricName="Errors",
                Dimensions=[{"Name": "FunctionName", "Value": part.name}],
                StartTime=now - timedelta(hours=1),
                EndTime=now,
                Period=3600,
                Statistics=["Sum"],
            )["Datapoints"]
        group = found.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{part.name}"
        errors = int(sum(point["Sum"] for point in points))
        state = found.get("State", "Active")
        return FunctionSeen(name=part.name, log_group=group, state=state, reserved=reserved, errors=errors)

    def _listed(self) -> Iterator[Part]:
        more: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            page = self._clients("cloudformation").list_stack_resources(StackName=self._stack, **more)
            for one in page.get("StackResourceSummaries", ()):
                if one.get("PhysicalResourceId"):
                    yield Part(one["LogicalResourceId"], one["ResourceType"], one["PhysicalResourceId"])
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}


def arn_of(url: str, region: str) -> str:
    """Give a queue's ARN by its address, which ends with account and name."""
    _, account, name = url.rstrip("/").rsplit("/", 2)
    partition = next((partition for begin, partition in _PARTITIONS.items() if region.startswith(begin)), "aws")
    return f"arn:{partition}:sqs:{region}:{account}:{name}"


@contextmanager
def _asking(action: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if is_for_later(code_of(error), int(error.response["ResponseMetadata"].get("HTTPStatusCode", 0))):
            raise Unavailable(f"{action} could not be asked ({code_of(error)}); try again later") from error
        raise Refused(f"{action} was refused ({code_of(error)})") from error
    except BotoCoreError as error:
        raise Unavailable(f"{action} could not be asked ({error}); try again later") from error
