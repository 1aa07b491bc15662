"""An IAM user or role: what its ARN tells, and what IAM says of it now.

Source: IAM user guide, IAM identifiers (paths), quotas (inline policies, counted without white space); botocore 1.44
service model: GetRole, GetUser, ListAccessKeys.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

_ARN = re.compile(
    r"arn:[\w-]+:iam::(?P<account>\d{12}):(?P<kind>user|role)(?P<path>/(?:[^/#]+/)*)(?P<name>[\w+=,.@-]+)"
)
_KEY = re.compile(r"(?P<arn>arn:[^#]+)#(?P<key>[A-Z0-9]{16,128})")
_SPACE = re.compile(r"\s+")


class IdentityKind(StrEnum):
    """What can bear an inline policy and act."""

    USER = "user"
    ROLE = "role"

    @property
    def room(self) -> int:
        """How many characters the inline policies of one may have in all, white space left out."""
        return 2_048 if self is IdentityKind.USER else 10_240


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A user or role by its ARN; what CloudTrail says of a role's session may lack the path."""

    arn: str
    kind: IdentityKind
    name: str
    path: str
    account_id: str

    @property
    def title(self) -> str:
        """What people call it: `role app`."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey:
    """A long-term key of a user."""

    id: str
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityState:
    """What IAM says of a user or role now."""

    identity: Identity  # by the ARN that IAM gives, which has its path
    policies: Mapping[str, str] = field(default_factory=dict)  # its inline policies as JSON
    keys: tuple[AccessKey, ...] = ()
    services: tuple[str, ...] = ()  # that may take the role by themselves: `lambda.amazonaws.com`
    last_used: datetime | None = None

    def room_for(self, name: str, document: str) -> bool:
        """Tell whether a policy fits beside the others, in the place of one of the same name."""
        others = sum(size_of(text) for known, text in self.policies.items() if known != name)
        return others + size_of(document) <= self.identity.kind.room


def identity_of(arn: str) -> Identity | None:
    """Read the ARN of a user or role; None for anything else."""
    found = _ARN.fullmatch(arn)
    if found is None:
        return None
    return Identity(
        arn=arn,
        kind=IdentityKind(found["kind"]),
        name=found["name"],
        path=found["path"],
        account_id=found["account"],
    )


def key_target(arn: str, key_id: str) -> str:
    """Name a user's access key as the target of an act: IAM wants to know both."""
    return f"{arn}#{key_id}"


def split_target(target: str) -> tuple[str, str | None]:
    """Give the ARN that a target names, and the access key behind it."""
    found = _KEY.fullmatch(target)
    return (found["arn"], found["key"]) if found else (target, None)


def size_of(document: str) -> int:
    """Count the characters of a policy as IAM does."""
    return len(_SPACE.sub("", document))
