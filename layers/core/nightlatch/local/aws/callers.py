"""Who signed a call on the stage: an IAM user, an assumed role or root, as CloudTrail's `userIdentity` would say it.

moto knows access keys, users and sessions but never says who called; both the narrator and the Deny evaluator
need to know. A key that neither IAM nor STS of the stage has issued is root, as in moto itself; that includes
the keys of GetSessionToken and GetFederationToken, which moto makes up and forgets.

Source: CloudTrail user guide, cloudtrail-event-reference-user-identity (facts 3.5).
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

_PARTITION = "aws"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The role behind temporary credentials, and when they were issued."""

    role_id: str
    role_arn: str
    issued_at: datetime

    @property
    def role_name(self) -> str:
        """The name without the path: what CloudTrail calls the issuer's userName."""
        return self.role_arn.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The principal of one call."""

    type: str  # IAMUser, AssumedRole or Root
    arn: str  # of the session, for an assumed role
    principal_id: str
    account_id: str
    access_key_id: str
    user_name: str | None = None
    session: Session | None = None

    @property
    def principal_arn(self) -> str:
        """What `aws:PrincipalArn` compares: the role, never its session."""
        return self.session.role_arn if self.session else self.arn

    @property
    def names(self) -> frozenset[str]:
        """Every name by which the Principal of a policy may mean the caller, the account's own among them."""
        return frozenset(
            {self.arn, self.principal_arn, self.account_id, f"arn:{_PARTITION}:iam::{self.account_id}:root"}
        )

    def condition_keys(self) -> dict[str, str]:
        """Give the condition keys that each of the caller's calls carries, in lower case.

        The stage stands for AWS, which is spoken to over TLS. A key of a user carries no word about a second factor,
        and only temporary credentials say when they were issued.

        Source: IAM user guide, reference_policies_condition-keys.
        """
        session = {} if self.session is None else {"aws:tokenissuetime": self.session.issued_at.isoformat()}
        return {
            "aws:principalaccount": self.account_id,
            "aws:principalarn": self.principal_arn,
            "aws:principalisawsservice": "false",
            "aws:principaltype": "Account" if self.type == "Root" else self.type.replace("IAMUser", "User"),
            "aws:resourceaccount": self.account_id,
            "aws:securetransport": "true",
            "aws:userid": self.principal_id,
            **({"aws:username": self.user_name} if self.user_name else {}),
            **({"aws:multifactorauthpresent": "false"} if self.session else {}),
            **session,
        }

    def user_identity(self) -> dict[str, object]:
        """Write the caller down as a CloudTrail `userIdentity`."""
        identity: dict[str, object] = {
            "type": self.type,
            "principalId": self.principal_id,
            "arn": self.arn,
            "accountId": self.account_id,
            "accessKeyId": self.access_key_id,
        }
        if self.user_name is not None:
            identity["userName"] = self.user_name
        if self.session is not None:
            identity["sessionContext"] = _session_context(self.session, self.account_id)
        return identity


def identify(access_key: str, account_id: str) -> Caller:
    """Name the principal behind an access key of an account."""
    role = sts_backends[account_id][_PARTITION].get_assumed_role_from_access_key(access_key)
    if role is not None:
        return _assumed_role(role, access_key)
    user = iam_backends[account_id][_PARTITION].get_user_from_access_key_id(access_key)
    if user is not None:
        return Caller(
            type="IAMUser",
            arn=user.arn,
            principal_id=_user_id(user.id),
            account_id=account_id,
            access_key_id=access_key,
            user_name=user.name,
        )
    return Caller(
        type="Root",
        arn=f"arn:{_PARTITION}:iam::{account_id}:root",
        principal_id=account_id,
        account_id=account_id,
        access_key_id=access_key,
    )


def account_of(access_key: str, home: str = DEFAULT_ACCOUNT_ID) -> str:
    """Find the account that issued an access key; a key nobody issued belongs to `home`."""
    for account_id, account in list(iam_backends.items()):
        if access_key in account[_PARTITION].access_keys:
            return str(account_id)
    return home


def _assumed_role(role: Any, access_key: str) -> Caller:
    role_id = _role_id(role)
    return Caller(
        type="AssumedRole",
        arn=role.arn,
        principal_id=f"{role_id}:{role.session_name}",
        account_id=role.account_id,
        access_key_id=access_key,
        session=Session(
            role_id=role_id, role_arn=role.role_arn, issued_at=role.access_key.create_date.replace(tzinfo=UTC)
        ),
    )


def _user_id(user_id: str) -> str:
    # moto's users have ids without the prefix that tells a user from a role.
    return user_id if user_id.startswith("AIDA") else f"AIDA{user_id.upper()[:17]}"


def _role_id(role: Any) -> str:
    try:
        return str(iam_backends[role.account_id][role.partition].get_role_by_arn(arn=role.role_arn).id)
    except NotFoundException:
        # STS of moto lends roles that do not exist, under a new random id at each question; ours stays the
        # same.
        return "AROA" + b32encode(hashlib.sha256(role.role_arn.encode()).digest()).decode()[:17]


def _session_context(session: Session, account_id: str) -> dict[str, object]:
    return {
        "sessionIssuer": {
            "type": "Role",
            "principalId": session.role_id,
            "arn": session.role_arn,
            "accountId": account_id,
            "userName": session.role_name,
        },
        "attributes": {
            "creationDate": session.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "mfaAuthenticated": "false",  # a string in real records
        },
    }
