"""Whom the resource policy of a secret or key lets in, statement by statement, whatever way it is spelled.

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

from nightlatch.domain.aws_policies.policy_conditions import Limit, limits, limits_by_denial, texts_of
from nightlatch.domain.aws_policies.policy_statements import (
    EVERYBODY,
    KEYS,
    SECRETS,
    covers,
    effect_of,
    is_about,
    principals_of,
    reaches,
)
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.secrets import SecretRef

_CONTROLLING = {
    SECRETS: ("secretsmanager:putresourcepolicy", "secretsmanager:updatesecret"),
    KEYS: ("kms:putkeypolicy",),
}


class Reach(StrEnum):
    """How far a grant reaches."""

    NAMED = "named"  # known accounts, or whoever the conditions leave
    ORGANIZATION = "organization"  # one organisation, and which one is ours is not known
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One Allow statement about secrets or keys: to whom, and what narrows it.

    Nothing of the caller's wording is kept: a Sid or an action is text that somebody else chose.
    """

    number: int  # its place among the statements, from 1
    anyone: bool
    services: frozenset[str]
    accounts: frozenset[str]  # of the principals it names
    roots: frozenset[str]  # accounts that it names whole
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

    def places(self, organization_id: str | None) -> tuple[Limit, ...]:
        """Give the places that are all that keeps it from being open; none where something says who, or nothing does.

        Anybody passes who comes from there, with credentials of any account. One organisation says who if it is ours,
        or if ours is not known.
        """
        places = tuple(limit for limit in self.limits if limit.is_place)
        others = (limit for limit in self.limits if not limit.is_place and not limit.organizations)
        if not (self.anyone or self.services) or any(others) or self.within(organization_id) is not Reach.OPEN:
            return ()
        return places

    def within(self, organization_id: str | None) -> Reach:
        """Say whether its conditions keep it to our organisation: NAMED if they do, OPEN if nothing says so."""
        asked = [limit.organizations for limit in self.limits if limit.organizations]
        if not asked:
            return Reach.OPEN
        if organization_id is None:
            return Reach.ORGANIZATION
        return Reach.NAMED if any(named == {organization_id} for named in asked) else Reach.OPEN


def grants(
    document: Mapping[str, object], secret: SecretRef | None = None, *, service: str = SECRETS
) -> tuple[Grant, ...]:
    """Give every Allow statement that concerns the service, with what conditions and denials leave of it.

    Args:
        document: The policy.
        secret: The secret that it stands on, as far as known: a Deny of another one takes nothing away.
        service: What the policy stands on: SECRETS or KEYS.
    """
    statements = Parameters(document).children("Statement")
    denials = [
        statement
        for statement in statements
        if effect_of(statement) == "deny" and principals_of(statement) == EVERYBODY and concerns(statement, secret)
    ]
    return tuple(
        _grant(number, statement, denials, service)
        for number, statement in enumerate(statements, start=1)
        if effect_of(statement) == "allow" and is_about(statement, service)
    )


def _grant(number: int, statement: Parameters, denials: Iterable[Parameters], service: str) -> Grant:
    who = principals_of(statement)
    denied = (limit for s in denials if covers(s, statement, service) for limit in limits_by_denial(s.get("Condition")))
    return Grant(
        number=number,
        anyone=who.anyone,
        services=who.services,
        accounts=who.accounts,
        roots=who.roots,
        principals=who.arns,
        controls=any(reaches(statement, action) for action in _CONTROLLING[service]),
        limits=(*limits(statement.get("Condition")), *denied),
    )


def concerns(statement: Parameters, secret: SecretRef | None) -> bool:
    """Tell whether a statement's Resource covers the secret that its policy stands on."""
    if statement.has("NotResource"):
        return False
    patterns = texts_of(statement.get("Resource"))
    if not patterns or "*" in patterns or secret is None or not secret.is_arn:
        return True
    return any(fnmatchcase(secret.text, pattern) for pattern in patterns)
