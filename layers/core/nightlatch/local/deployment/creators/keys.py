"""After this module a reader knows how encryption keys come to the stage."""

from __future__ import annotations

from nightlatch.local.deployment.creators.context import Context, Made
from nightlatch.local.deployment.properties import Properties


def key(properties: Properties, context: Context) -> Made:
    """Make a key of any kind, HMAC keys included, with its policy, rotation and state."""
    tags = [
        {"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties.get("Tags", [])
    ]  # KMS spells its tags otherwise than every other service
    arguments = properties.take(
        "BypassPolicyLockoutSafetyCheck", "Description", "KeySpec", "KeyUsage", "MultiRegion", "Origin"
    )
    if "KeyPolicy" in properties:
        arguments["Policy"] = properties.get("KeyPolicy")
    made = context.call("kms", "create_key", Tags=tags, **arguments)["KeyMetadata"]
    if str(properties.get("EnableKeyRotation", False)).lower() == "true":
        context.call(
            "kms",
            "enable_key_rotation",
            KeyId=made["KeyId"],
            **properties.take("RotationPeriodInDays"),
        )
    if str(properties.get("Enabled", True)).lower() == "false":
        context.call("kms", "disable_key", KeyId=made["KeyId"])
    # How long a removed key waits: the stage never removes one.
    properties.get("PendingWindowInDays")
    return Made(physical_id=made["KeyId"], attributes={"Arn": made["Arn"], "KeyId": made["KeyId"]})


def alias(properties: Properties, context: Context) -> Made:
    """Give a key a name."""
    name = properties.need("AliasName")
    context.call("kms", "create_alias", AliasName=name, TargetKeyId=properties.need("TargetKeyId"))
    return Made(physical_id=name)
