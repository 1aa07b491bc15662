"""What the history needs of its store: questions about trails and pairs, about what waits, about what there is.

Both twins, in memory and in DynamoDB, keep these promises; the algorithm over them is `baselines.py`. Everything that
is remembered may be remembered again, in any order and from several handlers at once, and comes to the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nightlatch.adapters.history.uses import PairKey, Touch, Uses, Written
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.history.sightings import Sighting

MOST_READ = 5_000  # sightings that one question about a trail gives; the newest, where there are more
MOST_READERS = 200  # principals given of one secret
MOST_PARTNERS = 1_000  # pairs given of one principal, habit or key
MOST_DUE = 200  # waits given at once; the rest is given the next time


@dataclass(frozen=True, slots=True)
class Entry:
    """A sighting for one trail, and until when it is kept."""

    trail: str
    sighting: Sighting
    kept_until: datetime
    slot: tuple[datetime, str] | None = None  # where it stands instead, of all that would stand there only one

    @property
    def place(self) -> tuple[datetime, str]:
        """Where on the trail it stands: by its time and event id, or in its slot."""
        return self.slot or (self.sighting.at, self.sighting.event_id)


class Trails(Protocol):
    """The store of history. All may raise Unavailable."""

    def touch(self, touches: Collection[Touch], also: Collection[PairKey]) -> Mapping[PairKey, Uses]:
        """Remember uses, then give the uses of the touched and of further pairs, these touches included."""

    def partners(self, principals: Collection[str]) -> Mapping[str, Mapping[str, Uses]]:
        """Give what habits and resources were shown with, by their names; MOST_PARTNERS of each at most."""

    def wrote(self, written: Mapping[Written, datetime], asked: Collection[Written]) -> Mapping[Written, datetime]:
        """Remember who wrote which version when, then give when each of the asked was first written so.

        Args:
            written: What the batch shows as written, and when; kept 400 days from then. The earliest time stays.
            asked: Principal and version of each read; what nobody is known to have written so is left out.
        """

    def readers(self, secrets: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Give the principals that have read secrets, by the keys of the secrets; MOST_READERS of each at most."""

    def add(self, entries: Collection[Entry]) -> None:
        """Put sightings on trails; at each place of a trail there is one, an event having the same place every time."""

    def between(self, trail: str, start: datetime, end: datetime) -> Sequence[Sighting]:
        """Give a trail's sightings of a span, both ends included, by time and event id; the newest MOST_READ."""

    def learning_since(self, start: datetime | None) -> datetime | None:
        """Note that learning began at a moment, if that is earlier than known; give what is then known."""


class Waits(Protocol):
    """The store of events that a rule wants to see again. All may raise Unavailable."""

    def keep(self, event: SecretEvent, rule_id: str, until: datetime) -> None:
        """Keep an event; keeping it twice is keeping it once."""

    def due(self, now: datetime) -> Sequence[tuple[SecretEvent, str]]:
        """Give the events whose time has come, the longest waiting first."""

    def drop(self, event: SecretEvent, rule_id: str) -> None:
        """Forget an event; forgetting it twice is forgetting it once."""


class KeptHoldings(Protocol):
    """The store of what the account holds. All may raise Unavailable."""

    def note(self, events: Collection[SecretEvent]) -> None:
        """Remember what events show of replicas; noting it twice is noting it once."""

    def joined(self, inventory: Inventory) -> Inventory:
        """Add what was found and what was noted to what the operator told; as it was a minute ago at most."""
