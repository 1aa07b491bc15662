"""The parts of our stack as CloudFormation lists them, and what EventBridge and metrics call each.

The list names also what was deleted since by hand, which is how a missing rule or alarm is missed.

Source: botocore 1.44 service models: cloudformation ListStackResources (a hundred at most); CloudFormation user guide,
return values of Ref (a queue's URL, a function's, rule's, table's and alarm's name).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nightlatch.domain.event.partitions import partition_of

RULE, ALARM, QUEUE = "AWS::Events::Rule", "AWS::CloudWatch::Alarm", "AWS::SQS::Queue"
FUNCTION, TABLE, TOPIC = "AWS::Lambda::Function", "AWS::DynamoDB::Table", "AWS::SNS::Topic"
_MOST_PAGES = 10  # a stack holds 500 resources at most


@dataclass(frozen=True, slots=True)
class Part:
    """A resource of the stack."""

    logical_id: str
    kind: str
    name: str  # physical id


def stack_parts(cloudformation: Any, stack: str) -> tuple[Part, ...]:
    """List a stack's resources; raises what boto3 raises."""
    return tuple(_listed(cloudformation, stack))


def _listed(cloudformation: Any, stack: str) -> Iterator[Part]:
    more: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        page = cloudformation.list_stack_resources(StackName=stack, **more)
        for one in page.get("StackResourceSummaries", ()):
            if one.get("PhysicalResourceId"):
                yield Part(one["LogicalResourceId"], one["ResourceType"], one["PhysicalResourceId"])
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}


def queue_arn(url: str, region: str) -> str:
    """Give a queue's ARN by its address, which ends with account and name."""
    _, account, name = url.rstrip("/").rsplit("/", 2)
    return f"arn:{partition_of(region)}:sqs:{region}:{account}:{name}"


def homes(parts: Iterable[Part], region: str) -> dict[str, str]:
    """Give the ARNs of queues and functions, by logical id; functions are in the account of the queues."""
    known = tuple(parts)
    queues = {part.logical_id: queue_arn(part.name, region) for part in known if part.kind == QUEUE}
    account = next((arn.split(":")[4] for arn in queues.values()), "")
    functions = {
        part.logical_id: f"arn:{partition_of(region)}:lambda:{region}:{account}:function:{part.name}"
        for part in known
        if part.kind == FUNCTION
    }
    return {**queues, **functions}


def metric_names(parts: Iterable[Part]) -> dict[str, str]:
    """Give what metrics call queues, functions, rules and tables, by logical id."""
    kinds = {QUEUE, FUNCTION, RULE, TABLE}
    return {part.logical_id: part.name.rsplit("/", 1)[-1] for part in parts if part.kind in kinds}
