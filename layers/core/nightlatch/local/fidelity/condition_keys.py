"""Which condition keys a call of Secrets Manager carries: those of its secret, and those of its own parameters.

A key that a call does not carry is absent, which IAM tells from a key with an empty value. Keys are written in lower
case, for IAM compares their names without regard to case.

Source: service authorization reference (2026), list_awssecretsmanager (facts 5.2). Keys of several values
(`aws:TagKeys`, `secretsmanager:AddReplicaRegions`) are left out: the operators that they need are not judged here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Which request parameters each action offers as condition keys. PutSecretValue offers none: its VersionStages
# are no key.
_CARRIED: Mapping[str, tuple[str, ...]] = {
    "CreateSecret": ("Name", "Description", "KmsKeyId", "ForceOverwriteReplicaSecret"),
    "UpdateSecret": ("Description", "KmsKeyId"),
    "DeleteSecret": ("ForceDeleteWithoutRecovery", "RecoveryWindowInDays"),
    "GetSecretValue": ("VersionId", "VersionStage"),
    "UpdateSecretVersionStage": ("VersionStage",),
    "PutResourcePolicy": ("BlockPublicPolicy",),
    "RotateSecret": ("RotationLambdaARN", "RotateImmediately"),
    "ReplicateSecretToRegions": ("ForceOverwriteReplicaSecret",),
}


def carried(action: str, parameters: Mapping[str, Any]) -> dict[str, str]:
    """Give the condition keys that a call's parameters carry."""
    keys = {
        f"secretsmanager:{name}".casefold(): _text(parameters[name])
        for name in _CARRIED.get(action, ())
        if parameters.get(name) is not None
    }
    if action == "RotateSecret":
        keys["secretsmanager:modifyrotationrules"] = _text("RotationRules" in parameters)
    return {**keys, **(requested_tags(parameters) if action in {"CreateSecret", "TagResource"} else {})}


def requested_tags(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Give the tags that a call wants to set, as condition keys."""
    return {f"aws:requesttag/{tag['Key']}".casefold(): str(tag["Value"]) for tag in parameters.get("Tags") or ()}


def of_secret(secret: Any) -> dict[str, str]:
    """Give the condition keys of a secret that exists, whatever is done to it."""
    tags = {
        f"{prefix}:resourcetag/{tag['Key']}".casefold(): str(tag["Value"])
        for tag in secret.tags or ()
        for prefix in ("aws", "secretsmanager")
    }
    original = getattr(secret, "source", secret)  # a replica knows its primary
    function = original.rotation_lambda_arn
    return {
        "secretsmanager:secretid": secret.arn,
        "secretsmanager:secretprimaryregion": original.region,
        **({"secretsmanager:resource/allowrotationlambdaarn": function} if function else {}),
        **tags,
    }


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
