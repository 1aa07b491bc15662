"""After this module a reader knows how roles and their policies come to the stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightlatch.local.deployment.creators import aws_policies
from nightlatch.local.deployment.creators.context import Context, Made
from nightlatch.local.deployment.properties import Properties


def role(properties: Properties, context: Context) -> Made:
    """Make a role with its inline and attached policies."""
    name = properties.get("RoleName") or context.name()
    made = context.call(
        "iam",
        "create_role",
        RoleName=name,
        AssumeRolePolicyDocument=properties.need("AssumeRolePolicyDocument"),
        **properties.take("Description", "MaxSessionDuration", "Path", "PermissionsBoundary", "Tags"),
    )["Role"]
    for inline in properties.items_of("Policies"):
        context.call(
            "iam",
            "put_role_policy",
            RoleName=name,
            PolicyName=inline.need("PolicyName"),
            PolicyDocument=_dated(inline.need("PolicyDocument")),
        )
    for arn in properties.get("ManagedPolicyArns", []):
        aws_policies.hold(arn, context.place.account, context.place.region)
        context.call("iam", "attach_role_policy", RoleName=name, PolicyArn=arn)
    return Made(physical_id=name, attributes={"Arn": made["Arn"], "RoleId": made["RoleId"]})


def _dated(document: Any) -> Any:
    """Give a policy a version where it has none: SAM's policy templates have none, and only moto minds."""
    if isinstance(document, Mapping) and "Version" not in document:
        return {"Version": "2012-10-17", **document}
    return document


def policy(properties: Properties, context: Context) -> Made:
    """Write an inline policy into the roles it names."""
    name = properties.need("PolicyName")
    for role_name in properties.need("Roles"):
        context.call(
            "iam",
            "put_role_policy",
            RoleName=role_name,
            PolicyName=name,
            PolicyDocument=_dated(properties.need("PolicyDocument")),
        )
    return Made(physical_id=name)


def managed_policy(properties: Properties, context: Context) -> Made:
    """Make a policy of our own and attach it to the roles it names."""
    made = context.call(
        "iam",
        "create_policy",
        PolicyName=properties.get("ManagedPolicyName") or context.name(128),
        PolicyDocument=_dated(properties.need("PolicyDocument")),
        **properties.take("Description", "Path"),
    )["Policy"]
    for role_name in properties.get("Roles", []):
        context.call("iam", "attach_role_policy", RoleName=role_name, PolicyArn=made["Arn"])
    return Made(physical_id=made["Arn"], attributes={"PolicyArn": made["Arn"]})
