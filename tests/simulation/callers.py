"""Who calls in the simulated organisation, as `userIdentity` and the fields beside it show it.

Source: CloudTrail user guide, userIdentity element.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

_ACCOUNT, _REGION = "111122223333", "eu-west-1"
_PERMISSION_SET = "AWSReservedSSO_Engineer_0123456789abcdef"
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A principal in one session, at one place, with one client."""

    kind: str  # user, role, person or account
    name: str  # of the user, role or person; the id of an account
    session: str = ""
    path: str = "/"
    address: str = "198.51.100.7"
    agent: str = "Boto3/1.34"
    endpoint: str | None = None  # the VPC endpoint that it comes through
    in_console: bool = False
    on_instance: bool = False
    through: str | None = None  # the AWS service that calls on its way

    @property
    def arn(self) -> str:
        """What a policy calls it: the user, or the role behind the session."""
        if self.kind == "person":
            return f"arn:aws:iam::{_ACCOUNT}:role/aws-reserved/sso.amazonaws.com/{_REGION}/{_PERMISSION_SET}"
        return f"arn:aws:iam::{_ACCOUNT}:{self.kind}{self.path}{self.name}"

    def at(self, address: str) -> Caller:
        """The same caller from another place."""
        return replace(self, address=address)

    def identity(self, now: datetime) -> dict[str, Any]:
        """Write `userIdentity`."""
        if self.kind == "account":
            return {"type": "AWSAccount", "principalId": "AROAEXAMPLEOUTSIDE01:theirs", "accountId": self.name}
        if self.kind == "user":
            return {
                "type": "IAMUser",
                "principalId": f"AIDAEXAMPLE{self.name.upper()}",
                "arn": self.arn,
                "accountId": _ACCOUNT,
                "accessKeyId": f"AKIAEXAMPLE{self.name.upper()}",
                "userName": self.name,
            }
        return self._assumed(now)

    def _assumed(self, now: datetime) -> dict[str, Any]:
        role = _PERMISSION_SET if self.kind == "person" else self.name
        session = self.name if self.kind == "person" else self.session or "session"
        identity: dict[str, Any] = {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLE{role[:9].upper()}:{session}",
            "arn": f"arn:aws:sts::{_ACCOUNT}:assumed-role/{role}/{session}",
            "accountId": _ACCOUNT,
            "accessKeyId": f"ASIAEXAMPLE{session[:12].upper()}",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": f"AROAEXAMPLE{role[:9].upper()}",
                    "arn": self.arn,
                    "accountId": _ACCOUNT,
                    "userName": role,
                },
                "attributes": {
                    "creationDate": (now - timedelta(minutes=20)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "mfaAuthenticated": "true" if self.kind == "person" else "false",
                },
            },
        }
        if self.on_instance:
            identity["sessionContext"]["ec2RoleDelivery"] = "2.0"
        if self.through is not None:
            identity["invokedBy"] = self.through
        return identity


def user(name: str, **more: Any) -> Caller:
    """An IAM user with a long-lived key."""
    return Caller(kind="user", name=name, **more)


def role(name: str, session: str, **more: Any) -> Caller:
    """A role of a workload."""
    return Caller(kind="role", name=name, session=session, **more)


def person(name: str, **more: Any) -> Caller:
    """Somebody signed in through Identity Center, with the command line."""
    return Caller(kind="person", name=name, **{"agent": "aws-cli/2.17 Python/3.11", **more})


def in_console(who: Caller) -> Caller:
    """The same person, clicking in a browser."""
    return replace(who, agent=_BROWSER, in_console=True)
