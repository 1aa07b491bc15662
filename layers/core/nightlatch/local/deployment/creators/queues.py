"""After this module a reader knows how queues come to the stage."""

from __future__ import annotations

from nightlatch.local.deployment.creators.context import Context, Made, tags_of
from nightlatch.local.deployment.properties import Properties

# Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
)


def queue(properties: Properties, context: Context) -> Made:
    """Make a queue; Ref gives its address."""
    suffix = ".fifo" if str(properties.get("FifoQueue", False)).lower() == "true" else ""
    name = properties.get("QueueName") or context.name(80, suffix)
    address = context.call(
        "sqs",
        "create_queue",
        QueueName=name,
        Attributes=properties.take(*_ATTRIBUTES),
        tags=tags_of(properties.get("Tags")),
    )["QueueUrl"]
    attributes = {"Arn": context.arn("sqs", name), "QueueName": name, "QueueUrl": address}
    return Made(physical_id=address, attributes=attributes)


def queue_policy(properties: Properties, context: Context) -> Made:
    """Say who may send to the queues it names."""
    for address in properties.need("Queues"):
        context.call(
            "sqs",
            "set_queue_attributes",
            QueueUrl=address,
            Attributes={"Policy": properties.need("PolicyDocument")},
        )
    return Made(physical_id=context.name())
