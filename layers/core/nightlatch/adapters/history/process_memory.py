"""What one process has seen the store confirm, so that it need not ask again for each read of the same day.

Within a UTC day it only grows truer: a pair or habit that is known at a moment is known at every later one of that day,
and a use later than the first of its day adds nothing to what is stored. So a read that was routine makes the next one
routine without a question. Forgetting costs questions, never a judgement.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.history.habits import facets_of
from nightlatch.domain.history.pairs import Pair

MOST_REMEMBERED = 100_000  # entries of each kind: some tens of megabytes in all
_TRUSTED_FOR = timedelta(minutes=5)  # how long the beginning of learning is not asked for again
_Key = TypeVar("_Key", bound=Hashable)
_Kept = TypeVar("_Kept")

Slot = tuple[str, tuple[datetime, str]]  # a trail, and a place on it that several events share


@dataclass(frozen=True, slots=True)
class Recalled:
    """What holds of a principal and a secret from a moment to the end of its UTC day."""

    pair: Pair | None  # reads by the principal, today's included; None where it only writes the secret
    wrote: bool  # it had created or written the secret
    since: datetime


class ProcessMemory:
    """May be shared by all batches of a process, and is bounded: a kind that is full is forgotten whole."""

    def __init__(self, *, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._pairs: dict[Hashable, Recalled] = {}
        self._sides: dict[Hashable, datetime] = {}
        self._slots: dict[Slot, None] = {}
        self._learning: tuple[datetime, datetime] | None = None  # when it began, when that was asked

    def recall(self, event: SecretEvent) -> Recalled | None:
        """Give what holds of an event's pair, None unless every side of the call was kept today as well."""
        found = self._pairs.get(_pair_of(event))
        if found is None or not _is_later_that_day(found.since, event.at):
            return None
        sides = (self._sides.get((event.principal.key, facet)) for facet in facets_of(event))
        return found if all(side is not None and _is_later_that_day(side, event.at) for side in sides) else None

    def keep(self, event: SecretEvent, held: Recalled) -> None:
        """Remember what the store has shown of an event's pair and sides, and that it has noted their use today."""
        self._put(self._pairs, _pair_of(event), held)
        for facet in facets_of(event):
            self._put(self._sides, (event.principal.key, facet), event.at)

    def has_filled(self, slot: Slot) -> bool:
        """Tell whether this process has put something there."""
        return slot in self._slots

    def fill(self, slots: Iterable[Slot]) -> None:
        """Remember that the store holds something there."""
        for slot in slots:
            self._put(self._slots, slot, None)

    def learning_since(self, now: datetime, ask: Callable[[], datetime | None]) -> datetime | None:
        """Give when learning began; asked for again after five minutes, for history may be learnt meanwhile."""
        if self._learning is None or not timedelta(0) <= now - self._learning[1] < _TRUSTED_FOR:
            since = ask()
            self._learning = None if since is None else (since, now)
        return self._learning and self._learning[0]

    def forget_learning(self) -> None:
        """Ask for the beginning of learning the next time: it may have moved."""
        self._learning = None

    def _put(self, kept: dict[_Key, _Kept], key: _Key, value: _Kept) -> None:
        if len(kept) >= self._most and key not in kept:
            kept.clear()
        kept[key] = value


def _pair_of(event: SecretEvent) -> Hashable:
    return (event.principal.key, event.name, event.secrets)


def _is_later_that_day(since: datetime, at: datetime) -> bool:
    """Tell whether a moment is not before another of the same UTC day."""
    return since <= at and since.astimezone(UTC).date() == at.astimezone(UTC).date()
