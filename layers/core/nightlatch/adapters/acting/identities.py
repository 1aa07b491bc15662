"""A user or role as IAM describes it now: where it really is, what policies hang on it, which keys it has.

IAM is one service for all Regions and answers after a change with what it was for a moment; a plan that is made again
then asks for what is there already, which IAM takes without a word.

Source: botocore 1.44 service model of IAM; IAM user guide, eventual consistency. The trust policy tells which services
take a role by themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nightlatch.adapters.acting.refusals import acting_on
from nightlatch.domain.containing.iam_identities import (
    AccessKey,
    Identity,
    IdentityKind,
    IdentityState,
    identity_of,
    split_target,
)
from nightlatch.domain.errors import Refused

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


class AwsIdentities:
    """IAM, for one account."""

    def __init__(self, client: IAMClient) -> None:
        self._client: Any = client  # users and roles are asked alike, by names that no stub can follow

    def describe(self, target: str) -> IdentityState:
        """Describe the user or role that a target names.

        Raises:
            NotFound: There is none of its name.
            Refused: It names neither, lies in another account, or a permission is missing.
            Unavailable: AWS could not be asked.
        """
        asked = identity_of(split_target(target)[0])
        if asked is None:
            raise Refused(
                f"{target} is the ARN of neither a user nor a role; name one, such as arn:aws:iam::…:role/app"
            )
        with acting_on(asked.title, f"iam:Get{asked.kind.capitalize()}"):
            found = self._get(asked)
        identity = identity_of(str(found["Arn"]))
        if identity is None or identity.account_id != asked.account_id:
            raise Refused(f"{asked.title} was meant in account {asked.account_id}, this is another; act there")
        return IdentityState(
            identity=identity,
            policies=self._policies(identity),
            keys=self._keys(identity),
            services=_services(found.get("AssumeRolePolicyDocument")),
            last_used=found.get("RoleLastUsed", {}).get("LastUsedDate") or found.get("PasswordLastUsed"),
        )

    def _get(self, asked: Identity) -> Mapping[str, Any]:
        if asked.kind is IdentityKind.USER:
            user: Mapping[str, Any] = self._client.get_user(UserName=asked.name)["User"]
            return user
        role: Mapping[str, Any] = self._client.get_role(RoleName=asked.name)["Role"]
        return role

    def _policies(self, identity: Identity) -> Mapping[str, str]:
        """Give all inline policies, for whether one more fits depends on all of them."""
        kind, whose = identity.kind, {f"{identity.kind.capitalize()}Name": identity.name}
        with acting_on(identity.title, f"iam:List{kind.capitalize()}Policies"):
            pages = self._client.get_paginator(operation_name=f"list_{kind}_policies").paginate(**whose)
            names = [name for page in pages for name in page["PolicyNames"]]
        read = getattr(self._client, f"get_{kind}_policy")
        with acting_on(identity.title, f"iam:Get{kind.capitalize()}Policy"):
            return {name: _text(read(PolicyName=name, **whose)["PolicyDocument"]) for name in names}

    def _keys(self, identity: Identity) -> tuple[AccessKey, ...]:
        if identity.kind is IdentityKind.ROLE:
            return ()
        with acting_on(identity.title, "iam:ListAccessKeys"):
            pages = self._client.get_paginator(operation_name="list_access_keys").paginate(UserName=identity.name)
            listed = [key for page in pages for key in page["AccessKeyMetadata"]]
        return tuple(AccessKey(id=str(key["AccessKeyId"]), is_active=key.get("Status") == "Active") for key in listed)


def _text(document: object) -> str:
    """Write a policy as JSON; botocore has decoded it already, unless it could not."""
    return document if isinstance(document, str) else json.dumps(document)


def _services(trust: object) -> tuple[str, ...]:
    """Name the services that a role's trust policy lets take it."""
    if not isinstance(trust, Mapping):
        return ()
    statements = trust.get("Statement", ())
    some = statements if isinstance(statements, list) else [statements]
    found: set[str] = set()
    for statement in some:
        who = statement.get("Principal") if isinstance(statement, Mapping) else None
        named = who.get("Service", ()) if isinstance(who, Mapping) and statement.get("Effect") == "Allow" else ()
        found.update([named] if isinstance(named, str) else named)
    return tuple(sorted(found))
