"""After this module a reader knows how SSM parameters come to the stage."""

from __future__ import annotations

from nightlatch.local.deployment.creators.context import Context, Made, tags_of
from nightlatch.local.deployment.properties import Properties


def parameter(properties: Properties, context: Context) -> Made:
    """Write an SSM parameter."""
    name = properties.get("Name") or context.name(1000)
    tags = [{"Key": key, "Value": value} for key, value in tags_of(properties.get("Tags")).items()]
    context.call(
        "ssm",
        "put_parameter",
        Name=name,
        Value=properties.need("Value"),
        Tags=tags,
        **properties.take("AllowedPattern", "DataType", "Description", "Policies", "Tier", "Type"),
    )
    kind = properties.get("Type", "String")
    return Made(physical_id=name, attributes={"Type": kind, "Value": properties.get("Value")})
