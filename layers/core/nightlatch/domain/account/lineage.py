"""Which role a new role replaces, and who may have made it: what the old one was known to use, the new one may.

A blue-green deployment makes a role, and its tasks read at once what those of the old role read every day. Whoever the
operator declared as a deployer hands this history down; nobody else does, whatever the new role is called.

    made by a deployer ──24 h──> first read of a secret that the family knew when the role was made: as if known before
                                 first read later, or of another secret: unknown, as anybody's

Source: design detections ACC-03, deploy grace (24 h).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from nightlatch.domain.event.events import IAM, EventName, SecretEvent, calls_of

GRACE = timedelta(hours=24)  # after its making, in which a role inherits what it reads
MAKES_ROLES: frozenset[EventName] = calls_of(IAM, "CreateRole")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployer:
    """Whose new roles inherit, by the operator's word: never by user agent, nor by what a role is called."""

    principal: str  # glob over the principal's ARN
    owner: str
    reason: str
    expires: datetime

    def made(self, making: Making) -> bool:
        """Tell whether a role was made by this deployer while the declaration held."""
        return making.at < self.expires and fnmatchcase(making.by, self.principal)


@dataclass(frozen=True, slots=True)
class Making:
    """Somebody made a role; of a UTC day the first time is known."""

    by: str
    at: datetime


def role_made(event: SecretEvent) -> str | None:
    """Give the ARN of the role that a call made, in AWS's own words; None for any other event."""
    if not event.succeeded or not any(name.covers(event) for name in MAKES_ROLES):
        return None
    return event.response.child("role").text("arn")


def hands_down(makings: Iterable[Making], deployers: Collection[Deployer], at: datetime) -> tuple[datetime, ...]:
    """Give when a role was made so that it inherits, as known at a moment.

    What anybody else made on the same day or later takes it away: that role is another one under the same name.
    """
    before = [making for making in makings if making.at <= at]
    declared = {making for making in before if any(deployer.made(making) for deployer in deployers)}
    others = [making.at.date() for making in before if making not in declared]
    return tuple(sorted(making.at for making in declared if all(other < making.at.date() for other in others)))
