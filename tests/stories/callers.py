"""Who calls in the stories, in the words of CloudTrail's userIdentity: users, roles, people, strangers and AWS itself.

Source: CloudTrail user guide, userIdentity element; the shapes are those of `tests/records`, which other tests hold
against real records.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

ACCOUNT = "111122223333"
OUTSIDE = "999988887777"
HOME = "198.51.100.7"
AWAY = "203.0.113.7"
_SIGNED_IN = "2026-03-02T08:30:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An identity, where it calls from, and with what."""

    identity: Mapping[str, Any]
    address: str = HOME
    agent: str = "Boto3/1.34"
    in_console: bool = False

    @property
    def arn(self) -> str:
        """Its ARN, as a refusal names it."""
        return str(self.identity["arn"])


def a_user(name: str, **more: Any) -> Caller:
    """An IAM user with a long-lived key."""
    identity = {
        "type": "IAMUser",
        "principalId": f"AIDA{_letters(name)}",
        "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "accountId": ACCOUNT,
        "accessKeyId": f"AKIA{_letters(name)}",
        "userName": name,
    }
    return Caller(identity=identity, **more)


def a_role(name: str, session: str, *, path: str = "/", mfa: bool = False, web: bool = False, **more: Any) -> Caller:
    """A session of a role; `web` for one that a token of a cluster opened (IRSA)."""
    issuer = {
        "type": "Role",
        "principalId": f"AROA{_letters(name)}",
        "arn": f"arn:aws:iam::{ACCOUNT}:role{path}{name}",
        "accountId": ACCOUNT,
        "userName": name,
    }
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"
    federation = {"webIdFederationData": {"federatedProvider": provider, "attributes": {}}} if web else {}
    attributes = {"creationDate": _SIGNED_IN, "mfaAuthenticated": str(mfa).lower()}
    identity = {
        "type": "AssumedRole",
        "principalId": f"{issuer['principalId']}:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}",
        "accountId": ACCOUNT,
        "accessKeyId": f"ASIA{_letters(name + session)}",
        "sessionContext": {"sessionIssuer": issuer, **federation, "attributes": attributes},
    }
    return Caller(identity=identity, **more)


def a_person(name: str, **more: Any) -> Caller:
    """Somebody signed in through Identity Center."""
    path = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
    return a_role("AWSReservedSSO_Admin_0123456789abcdef", name, path=path, mfa=True, **more)


def an_outsider() -> Caller:
    """A role of another account, of which the owner's trail shows the account and a number."""
    identity = {"type": "AWSAccount", "principalId": "AROAEXAMPLEEXAMPLEOUT:run", "accountId": OUTSIDE}
    return Caller(identity=identity, address=AWAY)


def a_service_role(service: str, role: str) -> Caller:
    """A service-linked role at work, which only its service can take on."""
    return by_way_of(a_role(role, "session", path=f"/aws-service-role/{service}/"), service)


def by_way_of(who: Caller, service: str) -> Caller:
    """The same caller, for whom an AWS service makes the call."""
    return replace(who, identity={**who.identity, "invokedBy": service}, address=service, agent=service)


def _letters(text: str) -> str:
    return ("EXAMPLE" + re.sub(r"[^A-Z0-9]", "", text.upper()))[:17].ljust(17, "0")
