"""After this module a reader knows how the stack's own secrets come to the stage."""

from __future__ import annotations

import json
from typing import Any

from nightlatch.local.deployment.creators.context import Context, Made
from nightlatch.local.deployment.properties import Properties


def secret(properties: Properties, context: Context) -> Made:
    """Make a secret with a given or a generated value, which appears nowhere else."""
    value: dict[str, Any] = properties.take("SecretString")
    if "GenerateSecretString" in properties:
        value = {"SecretString": _generate(properties.nested("GenerateSecretString"), context)}
    arn = context.call(
        "secretsmanager",
        "create_secret",
        Name=properties.get("Name") or context.name(255),
        **value,
        **properties.take("Description", "KmsKeyId", "Tags"),
    )["ARN"]
    return Made(physical_id=arn, attributes={"Id": arn})


def _generate(wish: Properties, context: Context) -> str:
    drawn: str = context.call(
        "secretsmanager",
        "get_random_password",
        **wish.take(
            "ExcludeCharacters",
            "ExcludeLowercase",
            "ExcludeNumbers",
            "ExcludePunctuation",
            "ExcludeUppercase",
            "IncludeSpace",
            "PasswordLength",
            "RequireEachIncludedType",
        ),
    )["RandomPassword"]
    if "SecretStringTemplate" not in wish:
        return drawn
    return json.dumps({**json.loads(wish.need("SecretStringTemplate")), wish.need("GenerateStringKey"): drawn})


def resource_policy(properties: Properties, context: Context) -> Made:
    """Write a secret's resource policy."""
    secret_id = properties.need("SecretId")
    context.call(
        "secretsmanager",
        "put_resource_policy",
        SecretId=secret_id,
        ResourcePolicy=properties.need("ResourcePolicy"),
        **properties.take("BlockPublicPolicy"),
    )
    return Made(physical_id=secret_id)
