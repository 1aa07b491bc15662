"""What calls of IAM and STS need: the action on the role or user, whose name a refusal repeats.

A call about access keys that names no user is about its caller. The user behind a key that is asked about is AWS's to
find; here the stage looks.

Source: service authorization reference (2026), list_awsidentityandaccessmanagementiam; the words `role NAME` in a
refusal are seen in messages of real accounts [B].
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightlatch.local.permissions.insides import Insides
from nightlatch.local.permissions.needed.asking import Needs, Table, Write, nothing, on_everything
from nightlatch.local.permissions.policies import Request


def _on_role(action: str) -> Write:
    def write(asked: Mapping[str, Any], inside: Insides) -> Needs:
        name = str(asked["RoleName"])
        yield Request(action=f"iam:{action}", resource=inside.role(name), named=f"role {name}")

    return write


def _on_user(action: str) -> Write:
    def write(asked: Mapping[str, Any], inside: Insides) -> Needs:
        name = str(asked.get("UserName") or inside.user_of_key(asked.get("AccessKeyId", "")) or "")
        yield Request(action=f"iam:{action}", resource=inside.user(name), named=f"user {name}")

    return write


def _on_policy(action: str) -> Write:
    def write(asked: Mapping[str, Any], inside: Insides) -> Needs:
        del inside
        yield Request(action=f"iam:{action}", resource=asked["PolicyArn"], named=f"policy {asked['PolicyArn']}")

    return write


_OF_ROLES = (
    "DeleteRolePolicy",
    "GetRole",
    "GetRolePolicy",
    "ListAttachedRolePolicies",
    "ListRolePolicies",
    "PutRolePolicy",
)
_OF_USERS = (
    "DeleteUserPolicy",
    "GetAccessKeyLastUsed",
    "GetUser",
    "GetUserPolicy",
    "ListAccessKeys",
    "ListAttachedUserPolicies",
    "ListUserPolicies",
    "PutUserPolicy",
    "UpdateAccessKey",
)

_OF_ALL = ("GetAccountAuthorizationDetails", "ListPolicies", "ListRoles", "ListUsers")

TABLE: Table = {
    **{("iam", name): _on_role(name) for name in _OF_ROLES},
    **{("iam", name): _on_user(name) for name in _OF_USERS},
    **{("iam", name): _on_policy(name) for name in ("GetPolicy", "GetPolicyVersion")},
    **{("iam", name): on_everything(f"iam:{name}") for name in _OF_ALL},
    ("sts", "GetCallerIdentity"): nothing,
}
