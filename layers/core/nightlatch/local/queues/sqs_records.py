"""After this module a reader knows the shape in which Lambda hands SQS messages to a function.

Source: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from nightlatch.local.queues.moto_queues import StageQueue


def sqs_event(messages: Iterable[Any], queue: StageQueue) -> dict[str, Any]:
    """Write a batch of moto's messages as the event of one invocation."""
    return {"Records": [_record(message, queue) for message in messages]}


def _record(message: Any, queue: StageQueue) -> dict[str, Any]:
    record = {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": _attributes(message, queue),
        "messageAttributes": {name: _message_attribute(value) for name, value in message.message_attributes.items()},
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.arn,
        "awsRegion": queue.region,
    }
    if message.message_attributes:
        record["md5OfMessageAttributes"] = message.attribute_md5
    return record


def _attributes(message: Any, queue: StageQueue) -> dict[str, str]:
    attributes = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(message.sent_timestamp),
        "SenderId": str(message.sender_id),
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
    }
    if queue.is_fifo:
        # moto numbers only messages that came with an id of their own; the sending time orders the rest.
        attributes["SequenceNumber"] = str(message.sequence_number or f"{message.sent_timestamp:020d}")
        attributes["MessageGroupId"] = str(message.group_id)
        attributes["MessageDeduplicationId"] = str(message.deduplication_id)
    return attributes


def _message_attribute(value: dict[str, Any]) -> dict[str, Any]:
    attribute: dict[str, Any] = {
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value["DataType"],
    }
    if value.get("StringValue") is not None:
        attribute["stringValue"] = value["StringValue"]
    if value.get("BinaryValue") is not None:
        attribute["binaryValue"] = value["BinaryValue"]
    return attribute


def event_ids(messages: Iterable[Any]) -> tuple[str, ...]:
    """Find the ids of the CloudTrail events that messages carry, for the journal."""
    return tuple(found for message in messages if (found := event_id_of(_parsed(message.body))))


def event_id_of(envelope: Any) -> str:
    """Give an envelope's CloudTrail event id, else its own id, else nothing."""
    if not isinstance(envelope, dict):
        return ""
    detail = envelope.get("detail")
    inner = detail.get("eventID") if isinstance(detail, dict) else None
    return str(inner or envelope.get("id") or "")


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
