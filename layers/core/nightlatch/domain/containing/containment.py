"""What can stop a principal, which of it fits whom, and what to do where nothing of it does.

| principal                     | first                    | then                | or, where we cannot       |
| ----------------------------- | ------------------------ | ------------------- | ------------------------- |
| user, signed by a long key    | deactivate that key      | deny, revoke tokens |                           |
| user otherwise                | deny secrets             | revoke sessions     |                           |
| role                          | deny secrets             | revoke sessions     |                           |
| Identity Center               |                          |                     | revoke there              |
| root                          |                          |                     | SCP, its keys, password   |
| AWS itself, service-linked    |                          |                     | at the service            |
| our own roles, break-glass    |                          |                     | a person, knowing it      |
| another account, federated    |                          |                     | take back what lets it in |

For a role the narrow denial comes first: whoever shares the role keeps all that is not a secret, while a revocation
ends every session of it, and a workload begins a new one at once. Nothing here is ever done without a person's yes.

Source: IAM user guide, revoking role sessions (not for service-linked roles, nor for those of Identity Center);
UpdateAccessKey; design facts 8.1 and 8.2; ruling 9. That tokens which a user got with a key outlive the key is read in
the IAM user guide; only a real account can tell how long.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.containing.iam_identities import Identity, IdentityKind, identity_of, key_target
from nightlatch.domain.event.principals import Principal, PrincipalKind

_SERVICE_LINKED, _RESERVED = "/aws-service-role/", "/aws-reserved/"


class Measure(StrEnum):
    """A way to stop a principal."""

    DEACTIVATE_KEY = "deactivate-key"
    REVOKE_SESSIONS = "revoke-sessions"
    DENY_SECRETS = "deny-secrets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A measure that can be taken against somebody."""

    measure: Measure
    target: str  # the ARN, with the access key behind it where the measure is about one
    effect: str  # what it does, and what it does not


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """Why a principal is out of reach, and what to do instead."""

    reason: str
    instead: str

    @property
    def text(self) -> str:
        """Both, for a person."""
        return f"{self.reason}; {self.instead}"


def measures_for(
    principal: Principal, *, account_id: str, inventory: Inventory, own_roles: Collection[str]
) -> tuple[Offer, ...] | WhyNot:
    """Give what can stop a principal, the fittest first; or why nothing can.

    Args:
        principal: As an event showed it, or as somebody named it.
        account_id: The account in which nightlatch acts.
        inventory: Knows who is kept for emergencies, and what nightlatch is made of.
        own_roles: The ARNs of the roles that nightlatch acts with.
    """
    elsewhere = _why_not_by_kind(principal, account_id)
    if elsewhere is not None:
        return elsewhere
    identity = identity_of(principal.key)
    if identity is None:
        return WhyNot(
            reason="the record shows neither a user nor a role",
            instead="look for the user or role behind it in the trail, and contain that one",
        )
    never = why_never(identity, inventory=inventory, own_roles=own_roles)
    if never is not None:
        return never
    return _of_user(identity, principal) if identity.kind is IdentityKind.USER else _of_role(identity, principal)


def why_never(identity: Identity, *, inventory: Inventory, own_roles: Collection[str]) -> WhyNot | None:
    """Say why an identity is never touched: asked when it is offered, and again with the ARN that IAM gives."""
    if identity.path.startswith(_SERVICE_LINKED):
        return WhyNot(
            reason=f"{identity.title} is linked to a service of AWS, and IAM changes it for nobody else",
            instead="stop what uses it in that service",
        )
    if identity.path.startswith(_RESERVED):
        return WhyNot(
            reason=f"{identity.title} belongs to Identity Center, and IAM changes it for nobody else",
            instead=(
                "in Identity Center take the assignment from the person, add a deny for sessions that began before now"
                " to the permission set, and disable the user"
            ),
        )
    if identity.arn in own_roles or inventory.is_own(identity.arn):
        return WhyNot(
            reason=f"{identity.title} is one of nightlatch's own",
            instead="turn the kill switch on, and see in CloudTrail who took the role",
        )
    who = Principal(
        key=identity.arn, kind=PrincipalKind(identity.kind), name=identity.name, account_id=identity.account_id
    )
    if inventory.is_break_glass(who):
        return WhyNot(
            reason=f"{identity.title} is kept for emergencies (break_glass)",
            instead="ask whoever holds it; when it is stolen, stop it by hand in IAM, once you have another way in",
        )
    return None


def _why_not_by_kind(principal: Principal, account_id: str) -> WhyNot | None:
    if principal.kind is PrincipalKind.SERVICE:
        return WhyNot(reason="AWS made the call itself", instead="stop what uses it in that service")
    if principal.kind is PrincipalKind.ROOT and principal.account_id in {None, account_id}:
        return WhyNot(
            reason="IAM denies the root user nothing",
            instead=(
                "change its password, delete its access keys and reset its second factor; an organisation can deny it"
                " by a service control policy"
            ),
        )
    if principal.account_id not in {None, account_id}:
        return WhyNot(
            reason=f"it belongs to account {principal.account_id}, where only its owners can stop it",
            instead="take away what lets it in: the statement in the secret's policy and in the key's, and tell them",
        )
    if principal.kind is PrincipalKind.FEDERATED:
        return WhyNot(
            reason="its session was given by a federation and cannot be ended here",
            instead="disable the person at the identity provider, and contain the user or role that gave the session",
        )
    return None


def _of_user(identity: Identity, principal: Principal) -> tuple[Offer, ...]:
    deny, revoke = _denial(identity), _revocation(identity, "tokens that it got before")
    if principal.access_key_id is None or not principal.has_long_lived_key:
        return (deny, revoke)
    key = Offer(
        measure=Measure.DEACTIVATE_KEY,
        target=key_target(identity.arn, principal.access_key_id),
        effect=(
            f"deactivates the access key {principal.access_key_id}: whatever else uses this key stops, too; other keys,"
            " the password and tokens that were got with it go on"
        ),
    )
    return (key, deny, revoke)


def _of_role(identity: Identity, principal: Principal) -> tuple[Offer, ...]:
    works_alone = principal.is_instance
    ends = "sessions that began before, of everybody who shares the role"
    revoke = _revocation(identity, f"{ends}; an instance gets a new one at once" if works_alone else ends)
    return (_denial(identity), revoke)


def _denial(identity: Identity) -> Offer:
    return Offer(
        measure=Measure.DENY_SECRETS,
        target=identity.arn,
        effect=(
            f"denies {identity.title} every secret and the keys on their way, old sessions and new; the rest of its"
            " work goes on"
        ),
    )


def _revocation(identity: Identity, what: str) -> Offer:
    return Offer(
        measure=Measure.REVOKE_SESSIONS, target=identity.arn, effect=f"denies {identity.title} everything for {what}"
    )
