"""What is known at the moment of judging: the only thing a rule sees beside the event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from nightlatch.domain.inventory import Inventory
from nightlatch.domain.secrets import SecretRef, may_be_same
from nightlatch.domain.sightings import Sighting

LEARNING_PERIOD = timedelta(days=14)
LATENESS = timedelta(minutes=15)  # how late a record may be and still belong to its window
KNOWN_AFTER = timedelta(hours=24)
KNOWN_DAYS = 2
FORGOTTEN_AFTER = timedelta(days=90)


class Maturity(StrEnum):
    """How much history stands behind a baseline."""

    NONE = "none"  # a hunt without history
    LEARNING = "learning"  # live, in the first 14 days
    MATURE = "mature"


@dataclass(frozen=True, slots=True)
class Pair:
    """A principal and a secret, as seen before the event being judged."""

    first_seen: datetime
    last_seen: datetime
    days: int  # distinct UTC days

    def is_known(self, at: datetime) -> bool:
        """Tell whether this use is ordinary: two days seen, a day old, not forgotten."""
        return (
            self.days >= KNOWN_DAYS and self.first_seen <= at - KNOWN_AFTER and self.last_seen >= at - FORGOTTEN_AFTER
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """History and inventory around one event; defaults mean "nothing known"."""

    maturity: Maturity = Maturity.NONE
    reader: Pair | None = None  # this principal reading this secret
    writer: Pair | None = None  # this principal writing this secret
    by_principal: tuple[Sighting, ...] = ()  # 24 h either side, the event itself included
    on_secret: tuple[Sighting, ...] = ()  # changes, deletions and service events of 90 days, the event itself included
    inventory: Inventory = field(default_factory=Inventory)
    elapsed: bool = False  # the time a rule asked to wait for has passed

    def done_to(self, secret: SecretRef, *names: str) -> tuple[Sighting, ...]:
        """Give what happened to a secret under these event names, in order of event time."""
        found = (
            s for s in self.on_secret if s.name in names and any(may_be_same(secret, other) for other in s.secrets)
        )
        return tuple(sorted(found, key=lambda s: (s.at, s.event_id)))

    def rotation_open(self, secret: SecretRef, at: datetime) -> bool:
        """Tell whether a rotation of the secret had started and not ended at a moment (a day at most)."""
        steps = [s for s in self.done_to(secret, *_ROTATION) if at - timedelta(days=1) <= s.at <= at]
        ended = [s for s in steps if s.name != "RotationStarted" and s.at < at]
        started = [s for s in steps if s.name == "RotationStarted"]
        return bool(started) and (not ended or ended[-1].at < started[-1].at)


_ROTATION = ("RotationStarted", "RotationSucceeded", "RotationFailed", "RotationAbandoned")


def named(sightings: Iterable[Sighting], *names: str) -> tuple[Sighting, ...]:
    """Keep the sightings of these event names."""
    return tuple(s for s in sightings if s.name in names)
