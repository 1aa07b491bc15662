"""After this module a reader knows how topics and subscriptions come to the stage."""

from __future__ import annotations

from nightlatch.local.deployment.creators.context import Context, Made
from nightlatch.local.deployment.properties import Properties

_TOPIC_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DeliveryPolicy",
    "DisplayName",
    "FifoTopic",
    "KmsMasterKeyId",
    "SignatureVersion",
    "TracingConfig",
)
_SUBSCRIPTION_ATTRIBUTES = (
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "SubscriptionRoleArn",
)


def topic(properties: Properties, context: Context) -> Made:
    """Make a topic and the subscriptions written inside it."""
    name = properties.get("TopicName") or context.name(200)
    arn = context.call(
        "sns",
        "create_topic",
        Name=name,
        Attributes=properties.take(*_TOPIC_ATTRIBUTES),
        Tags=properties.get("Tags", []),
    )["TopicArn"]
    for inside in properties.items_of("Subscription"):
        context.call(
            "sns",
            "subscribe",
            TopicArn=arn,
            Protocol=inside.need("Protocol"),
            Endpoint=inside.need("Endpoint"),
        )
    return Made(physical_id=arn, attributes={"TopicArn": arn, "TopicName": name})


def topic_policy(properties: Properties, context: Context) -> Made:
    """Say who may publish to the topics it names."""
    for arn in properties.need("Topics"):
        context.call(
            "sns",
            "set_topic_attributes",
            TopicArn=arn,
            AttributeName="Policy",
            AttributeValue=properties.need("PolicyDocument"),
        )
    return Made(physical_id=context.name())


def subscription(properties: Properties, context: Context) -> Made:
    """Subscribe an endpoint to a topic."""
    arn = context.call(
        "sns",
        "subscribe",
        TopicArn=properties.need("TopicArn"),
        Protocol=properties.need("Protocol"),
        Endpoint=properties.need("Endpoint"),
        Attributes=properties.take(*_SUBSCRIPTION_ATTRIBUTES),
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Made(physical_id=arn, attributes={"Arn": arn})
