"""Whom a secret's resource policy lets in, statement by statement, whatever way it is spelled.

The same grant has many spellings: `"*"`, `{"AWS": "*"}`, a list, a NotPrincipal (everybody but), an action
with a wildcard or a NotAction, and a wide Allow that a Deny cuts back. So the meaning is read, never the
text. Any JSON value is a policy that lets somebody in or does not; nothing here raises.

Source: IAM user guide, Principal, NotPrincipal and policy evaluation; Secrets Manager user guide, resource
policies (`Resource` is the secret itself).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from nightlatch.domain.parameters import Parameters
from nightlatch.domain.policy_conditions import Limit, account_of, limits, limits_by_denial, texts_of
from nightlatch.domain.secrets import SecretRef

_SERVICE = "secretsmanager"
_EVERYTHING = frozenset({"*", f"{_SERVICE}:*"})
_CONTROLLING = (f"{_SERVICE}:putresourcepolicy", f"{_SERVICE}:updatesecret")


class Reach(StrEnum):
    """How far a grant reaches."""

    NAMED = "named"  # known accounts, or whoever the conditions leave
    ORGANIZATION = "organization"  # one organisation, and which one is ours is not known
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One Allow statement about secrets: to whom, and what narrows it.

    Nothing of the caller's wording is kept: a Sid or an action is text that somebody else chose.
    """

    number: int  # its place among the statements, from 1
    anyone: bool
    services: frozenset[str]
    accounts: frozenset[str]  # of the principals it names
    principals: frozenset[str]  # users and roles it names by ARN; compared, never shown
    controls: bool  # it lets them change who is let in, or what the secret is
    limits: tuple[Limit, ...]

    @property
    def let_in(self) -> frozenset[str]:
        """Users and roles let in by ARN, as principals or as all that the conditions leave of everybody."""
        bounds = [limit.principals for limit in self.limits if limit.principals]
        return frozenset.intersection(*bounds) if self.anyone and bounds else self.principals

    def reach(self, organization_id: str | None) -> Reach:
        """Say how far it reaches; an organisation narrows if it is ours, or if ours is not known (ruling 39)."""
        if not self.anyone and not self.services:
            return Reach.NAMED
        if any(not limit.organizations for limit in self.limits):
            return Reach.NAMED
        return self.within(organization_id)

    def accounts_reached(self, own: frozenset[str]) -> frozenset[str]:
        """Give the accounts let in, as far as principals and conditions name them, without our own."""
        bounds = [limit.accounts for limit in self.limits if limit.accounts]
        reached = self.accounts.intersection(*bounds)
        if bounds and (self.anyone or self.services):
            reached |= frozenset.intersection(*bounds)
        return reached - own

    def within(self, organization_id: str | None) -> Reach:
        """Say whether its conditions keep it to our organisation: NAMED if they do, OPEN if nothing says so."""
        asked = [limit.organizations for limit in self.limits if limit.organizations]
        if not asked:
            return Reach.OPEN
        if organization_id is None:
            return Reach.ORGANIZATION
        return Reach.NAMED if any(named == {organization_id} for named in asked) else Reach.OPEN


def grants(document: Mapping[str, object], secret: SecretRef | None = None) -> tuple[Grant, ...]:
    """Give every Allow statement that concerns secrets, with what conditions and denials leave of it.

    Args:
        document: The policy.
        secret: The secret that it stands on, as far as known: a Deny of another one takes nothing away.
    """
    statements = Parameters(document).children("Statement")
    denials = [
        statement
        for statement in statements
        if _effect(statement) == "deny" and _principals(statement) == _EVERYBODY and _is_about(statement, secret)
    ]
    return tuple(
        _grant(number, statement, denials)
        for number, statement in enumerate(statements, start=1)
        if _effect(statement) == "allow" and _is_about_secrets(statement)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Principals:
    anyone: bool = False
    services: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    arns: frozenset[str] = frozenset()


_EVERYBODY = _Principals(anyone=True)


def _grant(number: int, statement: Parameters, denials: Iterable[Parameters]) -> Grant:
    who = _principals(statement)
    denied = (limit for s in denials if _covers(s, statement) for limit in limits_by_denial(s.get("Condition")))
    return Grant(
        number=number,
        anyone=who.anyone,
        services=who.services,
        accounts=who.accounts,
        principals=who.arns,
        controls=_controls(statement),
        limits=(*limits(statement.get("Condition")), *denied),
    )


def _is_about(statement: Parameters, secret: SecretRef | None) -> bool:
    """Tell whether a statement's Resource covers the secret that its policy stands on."""
    if statement.has("NotResource"):
        return False
    patterns = texts_of(statement.get("Resource"))
    if not patterns or "*" in patterns or secret is None or not secret.is_arn:
        return True
    return any(fnmatchcase(secret.text, pattern) for pattern in patterns)


def _effect(statement: Parameters) -> str:
    return (statement.text("Effect") or "").lower()


def _principals(statement: Parameters) -> _Principals:
    """Read Principal in all its spellings; Allow with NotPrincipal lets in everybody who is not on its list."""
    if statement.has("NotPrincipal"):
        return _EVERYBODY if _effect(statement) == "allow" else _Principals()
    value = statement.get("Principal")
    kinds = value if isinstance(value, Mapping) else {"aws": value}
    texts = {str(kind).lower(): texts_of(named) for kind, named in kinds.items()}
    named = [text for kind, several in texts.items() if kind != "service" for text in several]
    everyone = [text for several in texts.values() for text in several if _is_anyone(text)]
    if everyone:
        return _EVERYBODY
    return _Principals(
        services=frozenset(texts.get("service", ())),
        accounts=frozenset(account for text in named if (account := account_of(text)) is not None),
        arns=frozenset(text for text in named if text.startswith("arn:") and not text.endswith(":root")),
    )


def _is_anyone(text: str) -> bool:
    """Tell whether a principal stands for every account: the star, or an ARN with a wildcard for its account."""
    if set(text) == {"*"}:
        return True
    parts = text.split(":", 5)
    return len(parts) > 4 and parts[0] == "arn" and "*" in parts[4]  # noqa: PLR2004 - the account is the fifth part


def _actions(statement: Parameters) -> tuple[str, ...]:
    return tuple(action.lower() for action in texts_of(statement.get("Action")))


def _is_about_secrets(statement: Parameters) -> bool:
    """Tell whether the actions can mean one of Secrets Manager's; none shown counts as any."""
    if statement.has("NotAction"):
        excluded = {action.lower() for action in texts_of(statement.get("NotAction"))}
        return not excluded & _EVERYTHING
    actions = _actions(statement)
    return not actions or any(fnmatchcase(_SERVICE, action.split(":", 1)[0]) for action in actions)


def _controls(statement: Parameters) -> bool:
    """Tell whether the actions reach those that change the policy or the secret itself; none shown counts as any."""
    if statement.has("NotAction"):
        excluded = [action.lower() for action in texts_of(statement.get("NotAction"))]
        return not all(any(fnmatchcase(action, pattern) for pattern in excluded) for action in _CONTROLLING)
    patterns = _actions(statement)
    return not patterns or any(fnmatchcase(action, pattern) for action in _CONTROLLING for pattern in patterns)


def _covers(denial: Parameters, allowance: Parameters) -> bool:
    """Tell whether a Deny forbids everything that an Allow permits."""
    denied, allowed = frozenset(_actions(denial)), frozenset(_actions(allowance))
    return bool(denied & _EVERYTHING) or (bool(allowed) and allowed <= denied)
