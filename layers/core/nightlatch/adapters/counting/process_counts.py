"""What one process has counted and not yet written: it rides with other writes, and waits five minutes at most.

    a batch ──note──> of this batch ──settle──> pending ──page──> one item in the write that puts reads on their trails
                           └──forget: the batch comes again, and counts then

A page holds what this process counted since its last one; nothing is read for it, and no other process writes it. What
is pending when a process ends is not counted: of a principal that reads steadily less than five minutes of some hours.
A call that is delivered again counts once where it comes to the same process; elsewhere it counts again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.posture.counting import Meant, counts_of
from nightlatch.domain.posture.counts import Counts, hour_of

WAITS_AT_MOST = timedelta(minutes=5)
MOST_PENDING = 20_000  # pairs; more are written at once
MOST_IN_PAGE = 100  # pairs: names may be long and random, and an item of 400 KB is refused, with all that rides
MOST_REMEMBERED = 50_000  # calls by which one that comes again is known


@dataclass(frozen=True, slots=True)
class Page:
    """What a process counted, and where it is written: the hour of writing, the process, a number."""

    hour: int
    process: str
    number: int
    counts: Counts


class ProcessCounts:
    """May be shared by all batches of a process, one after another.

    Args:
        process: A name that no other process has.
        now: The clock; pages lie by the hour in which they are written.
    """

    def __init__(self, process: str, *, now: Callable[[], datetime]) -> None:
        self._process = process
        self._now = now
        self._pending, self._batch = Counts(), Counts()
        self._known: dict[str, None] = {}
        self._fresh: tuple[str, ...] = ()
        self._number = 0
        self._written_at: datetime | None = None

    def note(self, events: Sequence[SecretEvent], own: Collection[str], meant: Meant) -> None:
        """Count a batch, without what was counted before."""
        self.settle()
        fresh = {event.shared_event_id or event.event_id: event for event in events}
        news = {call: event for call, event in fresh.items() if call not in self._known}
        self._fresh = tuple(news)
        self._batch = counts_of(tuple(news.values()), meant=meant, own=own)

    def pages(self, *, rides: bool) -> tuple[Page, ...]:
        """Give what is to be written now.

        Args:
            rides: Something is written anyway, and one item more costs no call.
        """
        if not (self._batch or self._pending) or not (rides or self._is_due()):
            return ()
        both = Counts()
        both.join(self._pending)
        both.join(self._batch)
        hour = hour_of(self._now())
        parts = enumerate(_parts(both), start=self._number)
        return tuple(Page(hour, self._process, number, part) for number, part in parts)

    def written(self, pages: Collection[Page]) -> None:
        """Take note that the store has what was given."""
        if not pages:
            return
        self._number += len(pages)
        self._pending, self._batch = Counts(), Counts()
        self._written_at = self._now()
        self._remember()

    def settle(self) -> None:
        """Take note that a batch was judged."""
        self._pending.join(self._batch)
        self._batch = Counts()
        self._remember()

    def forget(self) -> None:
        """Take note that a batch was not judged: it comes again, and what was not yet written counts then."""
        self._batch, self._fresh = Counts(), ()

    def _is_due(self) -> bool:
        waited = None if self._written_at is None else self._now() - self._written_at
        is_long = waited is None or not timedelta(0) <= waited < WAITS_AT_MOST
        return is_long or len(self._pending.pairs) + len(self._batch.pairs) > MOST_PENDING

    def _remember(self) -> None:
        if len(self._known) + len(self._fresh) > MOST_REMEMBERED:
            self._known = dict.fromkeys(islice(self._known, len(self._known) // 2, None))  # the older half goes
        self._known.update(dict.fromkeys(self._fresh))
        self._fresh = ()


def _parts(counts: Counts) -> Iterator[Counts]:
    """Cut counts into parts that fit an item."""
    pairs, typed = iter(counts.pairs.items()), iter(sorted(counts.typed))
    while part := Counts(dict(islice(pairs, MOST_IN_PAGE)), set(islice(typed, MOST_IN_PAGE))):
        yield part
