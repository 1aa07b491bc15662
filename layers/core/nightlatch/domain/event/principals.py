"""Who acted: the principal that history is kept under, and the human to name first.

A role's sessions come and go, so the principal is the role; of people signed in through Identity Center
(`AWSReservedSSO_*`) the session is the person, and each person is a principal.

Source: CloudTrail user guide, userIdentity element; real KMS records with an empty sessionIssuer; Identity Center
user guide, referencing permission sets (the path of its roles). That AWS refuses this path to everybody else is
believed; only a real account can tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_INSTANCE = re.compile(r"i-[0-9a-f]{8,17}")  # EC2 names the session of an instance's role after the instance
_SIGN_IN = "signin.amazonaws.com"  # older records name the console as the invoker


class PrincipalKind(StrEnum):
    """What kind of identity CloudTrail named."""

    ROOT = "root"
    USER = "user"
    ROLE = "role"
    FEDERATED = "federated"
    ACCOUNT = "account"  # a caller of another account, known by number only
    SERVICE = "service"
    UNKNOWN = "unknown"


_OF_IDENTITY_CENTER = ":role/aws-reserved/sso.amazonaws.com/"


def session_key(role_arn: str, session_name: str | None) -> str:
    """Give what history keeps a role's session under: the role, or the person where the session is one.

    The path tells, for whoever makes a role chooses its name and its sessions' names, but not this path. By the name
    alone a thief could be a new principal with each session.
    """
    is_person = _OF_IDENTITY_CENTER in role_arn and session_name is not None
    return f"{role_arn}/{session_name}" if is_person else role_arn


def short_name(key: str) -> str:
    """Shorten what history keeps a principal under for a line that names several: `role/app`, `user/ana`."""
    return key.rsplit(":", 1)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """An identity as one event shows it; `key` is stable over its sessions."""

    key: str
    kind: PrincipalKind
    name: str
    account_id: str | None = None
    arn: str | None = None
    session_name: str | None = None
    access_key_id: str | None = None
    invoked_by: str | None = None
    mfa: bool | None = None
    from_console: bool | None = None
    from_instance: bool = False  # EC2 gave the credentials to an instance, as CloudTrail says

    @property
    def is_person(self) -> bool:
        """Whether the session is a person signed in through Identity Center; a name like theirs proves nothing."""
        return self.kind is PrincipalKind.ROLE and self._has_key_of_its_own

    @property
    def _has_key_of_its_own(self) -> bool:
        return _OF_IDENTITY_CENTER in self.key and self.key.endswith(f"/{self.session_name}")

    @property
    def is_somebody(self) -> bool:
        """Whether it can be told from others: an AWS service acts for everybody, and an unknown one may be anybody."""
        return self.kind not in {PrincipalKind.SERVICE, PrincipalKind.UNKNOWN}

    @property
    def is_instance(self) -> bool:
        """Whether the credentials belong to one EC2 instance, which is where they must be used from."""
        on_instance = self.from_instance or _INSTANCE.fullmatch(self.session_name or "") is not None
        return self.kind is PrincipalKind.ROLE and on_instance

    @property
    def has_long_lived_key(self) -> bool:
        """Whether the call was signed by a key of a user, which works until somebody deletes it."""
        return (self.access_key_id or "").startswith("AKIA")

    @property
    def names(self) -> tuple[str, ...]:
        """What the operator may call it by in an exemption: the person, or the role of everybody who shares it."""
        if self._has_key_of_its_own:
            return (self.key, self.key.removesuffix(f"/{self.session_name}"))
        return (self.key,)

    @property
    def is_through_aws(self) -> bool:
        """Whether an AWS service made the call on this principal's way; the console is the person themselves."""
        invoked_by = self.invoked_by or ""
        return invoked_by.endswith(".amazonaws.com") and invoked_by != _SIGN_IN

    @property
    def is_in_console(self) -> bool:
        """Whether the call was a click in the console, as AWS says (never the user agent)."""
        return self.from_console is True or self.invoked_by == _SIGN_IN

    @property
    def title(self) -> str:
        """The human first, then how they came: `ana (AWSReservedSSO_Admin)`, `ci-deploy (IAM user)`."""
        if self.is_person:
            permission_set = self.name.removeprefix("AWSReservedSSO_").rsplit("_", 1)[0]
            return f"{self.session_name} ({permission_set}, Identity Center)"
        if self.kind is PrincipalKind.ROLE and self.session_name:
            return f"{self.name} (role, session {self.session_name})"
        return _TITLES.get(self.kind, "{name}").format(name=self.name, account=self.account_id or "unknown")


_TITLES = {
    PrincipalKind.ROOT: "root of account {account}",
    PrincipalKind.USER: "{name} (IAM user)",
    PrincipalKind.ACCOUNT: "account {account} (outside)",
    PrincipalKind.SERVICE: "{name} (AWS service)",
    PrincipalKind.UNKNOWN: "unknown principal",
}


NOBODY = Principal(key="service:nightlatch", kind=PrincipalKind.SERVICE, name="nightlatch")  # acted in no event
