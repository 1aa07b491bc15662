"""After this module a reader knows how tables come to the stage."""

from __future__ import annotations

from typing import Any

from nightlatch.local.deployment.creators.context import Context, Made
from nightlatch.local.deployment.properties import Properties


def table(properties: Properties, context: Context) -> Made:
    """Make a table with its expiry, point-in-time recovery and encryption."""
    name = properties.get("TableName") or context.name(255)
    made = context.call(
        "dynamodb",
        "create_table",
        TableName=name,
        **properties.take(
            "AttributeDefinitions",
            "BillingMode",
            "DeletionProtectionEnabled",
            "GlobalSecondaryIndexes",
            "KeySchema",
            "LocalSecondaryIndexes",
            "ProvisionedThroughput",
            "TableClass",
            "Tags",
        ),
        **_streams(properties),
        **_encryption(properties),
    )["TableDescription"]
    for call, property_name in (
        ("update_time_to_live", "TimeToLiveSpecification"),
        ("update_continuous_backups", "PointInTimeRecoverySpecification"),
    ):
        if property_name in properties:
            context.call("dynamodb", call, TableName=name, **properties.take(property_name))
    attributes = {"Arn": made["TableArn"], "StreamArn": made.get("LatestStreamArn", "")}
    return Made(physical_id=name, attributes=attributes)


def _streams(properties: Properties) -> dict[str, Any]:
    asked = properties.get("StreamSpecification")
    return {"StreamSpecification": {"StreamEnabled": True, **asked}} if asked else {}


def _encryption(properties: Properties) -> dict[str, Any]:
    """Rename the one member that the template and the call spell differently."""
    asked = properties.get("SSESpecification")
    if not asked:
        return {}
    renamed = {("Enabled" if name == "SSEEnabled" else name): value for name, value in asked.items()}
    return {"SSESpecification": renamed}
