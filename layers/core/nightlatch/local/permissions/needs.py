"""Which permissions one call needs: its IAM actions, each with the ARN that AWS asks about and the keys it carries.

The table holds the operations that functions of ours make, and a few that an intruder with their role would. An
operation that is not in it is an error that names it, never a call that passes.

Source: service authorization reference (2026), one page per service; DynamoDB developer guide,
transaction-apis (a transaction needs the permission of each of its parts); SNS developer guide,
sns-key-management and Secrets Manager user guide, security-encryption (both ask KMS in the caller's name).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nightlatch.local.fidelity.gate import carried
from nightlatch.local.narrator.calls import ApiCall
from nightlatch.local.permissions.insides import Insides
from nightlatch.local.permissions.policies import Request

Needs = Iterator[Request]
Write = Callable[[Mapping[str, Any], Insides], Needs]


class Unmapped(LookupError):
    """Nobody has written down which permissions this operation needs: add it to `needs.py`, with its source."""


def needs(call: ApiCall, inside: Insides) -> tuple[Request, ...]:
    """Say which permissions a call needs; none for a call that everybody may make.

    Raises:
        Unmapped: The operation is not in the table.
    """
    write = _TABLE.get((call.service, call.name))
    if write is None:
        raise Unmapped(f"{call.service}:{call.name} is called with a function's role and has no place in needs.py")
    return tuple(write(call.parameters, inside))


def _on_table(action: str) -> Write:
    def write(asked: Mapping[str, Any], inside: Insides) -> Needs:
        table = inside.table(asked["TableName"])
        index = asked.get("IndexName")
        yield Request(action=f"dynamodb:{action}", resource=f"{table}/index/{index}" if index else table)

    return write


def _on_tables(action: str) -> Write:
    def write(asked: Mapping[str, Any], inside: Insides) -> Needs:
        for name in asked["RequestItems"]:
            yield Request(action=f"dynamodb:{action}", resource=inside.table(name))

    return write


_PARTS = {
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def _transaction(asked: Mapping[str, Any], inside: Insides) -> Needs:
    for item in asked["TransactItems"]:
        for part, what in item.items():
            yield Request(action=f"dynamodb:{_PARTS[part]}", resource=inside.table(what["TableName"]))


def _on_queue(action: str) -> Write:
    def write(asked: Mapping[str, Any], inside: Insides) -> Needs:
        yield Request(action=f"sqs:{action}", resource=inside.queue(asked["QueueUrl"]))

    return write


def _publish(asked: Mapping[str, Any], inside: Insides) -> Needs:
    topic = asked.get("TopicArn") or asked["TargetArn"]  # a telephone number has no ARN: an error here
    yield Request(action="sns:Publish", resource=topic)
    yield from _by_way_of("sns", ("GenerateDataKey", "Decrypt"), inside.key_of_topic(topic), inside)


def _on_secret(action: str, *of_the_key: str) -> Write:
    def write(asked: Mapping[str, Any], inside: Insides) -> Needs:
        arn = inside.secret(asked["SecretId"])
        keys = {"secretsmanager:secretid": arn, **carried(action, asked)}
        yield Request(action=f"secretsmanager:{action}", resource=arn, keys=keys, named=asked["SecretId"])
        if of_the_key:
            yield from _by_way_of("secretsmanager", of_the_key, inside.key_of_secret(asked["SecretId"]), inside)

    return write


def _parameter(asked: Mapping[str, Any], inside: Insides) -> Needs:
    yield Request(action="ssm:GetParameter", resource=inside.parameter(asked["Name"]))
    if asked.get("WithDecryption"):
        yield from _by_way_of("ssm", ("Decrypt",), inside.key_of_parameter(asked["Name"]), inside)


def _list_secrets(asked: Mapping[str, Any], inside: Insides) -> Needs:
    del asked, inside
    yield Request(action="secretsmanager:ListSecrets", resource="*")  # AWS asks about no resource here


def _function_configuration(asked: Mapping[str, Any], inside: Insides) -> Needs:
    yield Request(action="lambda:GetFunctionConfiguration", resource=inside.function(asked["FunctionName"]))


def _stack_resources(asked: Mapping[str, Any], inside: Insides) -> Needs:
    yield Request(action="cloudformation:ListStackResources", resource=inside.stack(asked["StackName"]))


def _describe_key(asked: Mapping[str, Any], inside: Insides) -> Needs:
    yield Request(action="kms:DescribeKey", resource=inside.key(asked["KeyId"]))


def _invoke(asked: Mapping[str, Any], inside: Insides) -> Needs:
    yield Request(action="lambda:InvokeFunction", resource=inside.function(asked["FunctionName"]))


def _nothing(asked: Mapping[str, Any], inside: Insides) -> Needs:
    del asked, inside
    yield from ()


def _by_way_of(service: str, operations: tuple[str, ...], key: str | None, inside: Insides) -> Needs:
    """Give what a service asks KMS for in the caller's name; AWS's own keys let everybody of the account in."""
    if key is not None:
        via = {"kms:viaservice": f"{service}.{inside.region}.amazonaws.com"}
        for operation in operations:
            yield Request(action=f"kms:{operation}", resource=key, keys=via, through=service)


_TABLE: Mapping[tuple[str, str], Write] = {
    **{("dynamodb", name): _on_table(name) for name in ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")},
    **{("dynamodb", name): _on_tables(name) for name in ("BatchGetItem", "BatchWriteItem")},
    **{("dynamodb", name): _transaction for name in ("TransactGetItems", "TransactWriteItems")},
    **{
        ("sqs", operation): _on_queue(action)
        for action in ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")
        for operation in (action, f"{action}Batch")
    },
    **{("sqs", name): _on_queue(name) for name in ("ReceiveMessage", "GetQueueAttributes")},
    ("sns", "Publish"): _publish,
    ("sns", "PublishBatch"): _publish,
    **{
        ("secretsmanager", name): _on_secret(name)
        for name in (
            "DescribeSecret",
            "ListSecretVersionIds",
            "UpdateSecretVersionStage",
            "RestoreSecret",
            "DeleteSecret",
            "GetResourcePolicy",
            "PutResourcePolicy",
        )
    },
    ("secretsmanager", "ListSecrets"): _list_secrets,
    ("secretsmanager", "GetSecretValue"): _on_secret("GetSecretValue", "Decrypt"),
    ("secretsmanager", "PutSecretValue"): _on_secret("PutSecretValue", "GenerateDataKey", "Decrypt"),
    ("ssm", "GetParameter"): _parameter,
    ("kms", "DescribeKey"): _describe_key,
    ("lambda", "Invoke"): _invoke,
    ("lambda", "GetFunctionConfiguration"): _function_configuration,
    ("cloudformation", "ListStackResources"): _stack_resources,
    ("sts", "GetCallerIdentity"): _nothing,
}
