"""What shows that nightlatch is blind, as events that its own rule judges: of this no record can tell.

A record tells what happened. That none comes, or that a path is cut whose own event was kept from us, is seen by
whoever looks; what is seen is written down as an event of ours, and goes through the one engine like everything else.

Source: design detections, MON-03; ruling 19 (two heartbeats, or ten minutes of measured lag).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nightlatch.domain.event.events import NIGHTLATCH, Channel, SecretEvent
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.principals import Principal, PrincipalKind

RULE = "monitor.blind"  # the rule that judges them
_ABOUT, _WHY = "about", "why"


class Sign(StrEnum):
    """Names of the events."""

    SILENT = "HeartbeatSilent"  # heartbeats were sent, and none came back
    LATE = "EventsLate"  # a heartbeat came back, much too late
    BROKEN = "PathBroken"  # a rule, a target, a subscription or a trail is not as it must be
    DELETED = "DeletionUnseen"  # a secret waits to be deleted, and no event told of it
    CHANGED = "ChangeUnseen"  # a secret was changed, and no event told of it


@dataclass(frozen=True, slots=True)
class Place:
    """The account and the Region that are watched."""

    account_id: str
    region: str


def blindness(sign: Sign, *, at: datetime, place: Place, about: str, why: str) -> SecretEvent:
    """Write down that nightlatch is blind; the same sign about the same thing at the same time is one event.

    Args:
        sign: What shows it.
        at: Since when it is known.
        place: Where.
        about: What is silent, late or broken; hits fold on it.
        why: What was seen, for people, in our own words alone: no text of a caller's.
    """
    return SecretEvent(
        event_id=f"{sign}:{about}:{at.isoformat()}",
        at=at,
        source=NIGHTLATCH,
        name=sign.value,
        account_id=place.account_id,
        region=place.region,
        principal=Principal(key=f"service:{NIGHTLATCH}", kind=PrincipalKind.SERVICE, name=NIGHTLATCH),
        channel=Channel.SERVICE,
        details=Parameters({_ABOUT: about, _WHY: why}),
    )


def is_sign(event: SecretEvent) -> bool:
    """Tell whether an event is a sign of blindness, which goes before all else that waits."""
    return event.source == NIGHTLATCH and event.name in set(Sign)


def told_by(event: SecretEvent) -> tuple[str, str] | None:
    """Give what a sign is about and what was seen; None for every other event."""
    if not is_sign(event):
        return None
    return event.details.text(_ABOUT) or event.name, event.details.text(_WHY) or "it no longer sees"
