"""What calls of tables, queues, topics, parameters, event buses and Security Hub need.

Source: service authorization reference (2026), one page per service; DynamoDB developer guide, transaction-apis (a
transaction needs the permission of each of its parts); SNS developer guide, sns-key-management.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightlatch.local.permissions.insides import Insides
from nightlatch.local.permissions.needed.asking import Needs, Table, Write, by_way_of
from nightlatch.local.permissions.policies import Request


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
    key = inside.key_of_topic(topic)
    if key is not None:
        yield from by_way_of("sns", ("GenerateDataKey", "Decrypt"), key, inside)


def _parameter(asked: Mapping[str, Any], inside: Insides) -> Needs:
    named = asked["Name"]
    name = named if named.startswith("arn:") else named.partition(":")[0]  # behind the colon: a version or a label
    yield Request(action="ssm:GetParameter", resource=inside.parameter(name))
    key = inside.key_of_parameter(name) if asked.get("WithDecryption") else None
    if key is not None:
        yield from by_way_of("ssm", ("Decrypt",), key, inside)


def _put_events(asked: Mapping[str, Any], inside: Insides) -> Needs:
    buses = (inside.event_bus(entry.get("EventBusName", "default")) for entry in asked["Entries"])
    for bus in dict.fromkeys(buses):
        yield Request(action="events:PutEvents", resource=bus)


def _import_findings(asked: Mapping[str, Any], inside: Insides) -> Needs:
    del inside
    for product in dict.fromkeys(finding["ProductArn"] for finding in asked["Findings"]):
        yield Request(action="securityhub:BatchImportFindings", resource=product)


def _get_findings(asked: Mapping[str, Any], inside: Insides) -> Needs:
    del asked
    yield Request(action="securityhub:GetFindings", resource=inside.hub)


def _update_findings(asked: Mapping[str, Any], inside: Insides) -> Needs:
    del asked
    yield Request(action="securityhub:BatchUpdateFindings", resource=inside.hub)


TABLE: Table = {
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
    ("ssm", "GetParameter"): _parameter,
    ("events", "PutEvents"): _put_events,
    ("securityhub", "BatchImportFindings"): _import_findings,
    ("securityhub", "GetFindings"): _get_findings,
    ("securityhub", "BatchUpdateFindings"): _update_findings,
}
