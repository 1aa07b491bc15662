"""What counts come to over a span: each reader's numbers, added up over days, sorted for a person who is tired.

A span is cut into parts that share no hour (days); of each part the counts must be whole, and then nothing depends on
the order of the parts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from nightlatch.domain.posture.counts import (
    HOUR_S,
    NEVER,
    Counts,
    Hour,
    Pair,
    Seen,
    Typed,
    hour_of,
    kinder,
    newest,
)
from nightlatch.domain.posture.use import (
    READS_WITH_5MIN_CACHE,
    ReaderKind,
    ReaderUse,
    SecretUse,
    TypedWrite,
    most_first,
)


@dataclass(frozen=True, slots=True)
class Span:
    """The time in which was counted."""

    since: datetime
    until: datetime

    @property
    def hours(self) -> float:
        """How long it is, an hour at least."""
        return max((self.until - self.since).total_seconds() / HOUR_S, 1.0)

    def cut(self, counts: Counts) -> Counts:
        """Leave out what lies outside, by whole hours."""
        first, last = hour_of(self.since), hour_of(self.until)
        inside = {
            key: replace(pair, hours={hour: more for hour, more in pair.hours.items() if first <= hour <= last})
            for key, pair in counts.pairs.items()
        }
        typed = {one for one in counts.typed if first <= one.at_s // HOUR_S <= last}
        return Counts({key: pair for key, pair in inside.items() if pair.hours}, typed)


@dataclass(slots=True)
class Sums:
    """One principal's use of one secret, added up."""

    kind: ReaderKind
    all: Hour = field(default_factory=Hour)
    busiest: int = 0
    hours: int = 0
    capped: int = 0
    last: Seen = NEVER

    def add(self, pair: Pair) -> None:
        """Add the counts of a part of the span."""
        self.kind, self.last = kinder(self.kind, pair.kind), max(self.last, pair.last)
        for hour in pair.hours.values():
            self.all = self.all.plus(hour)
            self.busiest = max(self.busiest, hour.reads)
            self.hours += hour.reads > 0
            self.capped += min(hour.reads, READS_WITH_5MIN_CACHE)

    def join(self, other: Sums) -> None:
        """Add what stands under another name of the same secret; hours in which both names were used count twice."""
        self.kind, self.last = kinder(self.kind, other.kind), max(self.last, other.last)
        self.all = self.all.plus(other.all)
        self.busiest = max(self.busiest, other.busiest)
        self.hours += other.hours
        self.capped += other.capped

    def use_by(self, principal: str) -> ReaderUse:
        """Give it as what checks and people read."""
        return ReaderUse(
            principal=principal,
            kind=self.kind,
            reads=self.all.reads,
            busiest_hour=self.busiest,
            hours=self.hours,
            with_5min_cache=self.capped,
            through_endpoint=self.all.endpoint,
            from_public=self.all.public,
            is_caching=self.all.caching > 0,
            throttled=self.all.throttled,
            hasty=self.all.hasty,
            refused_deleted=self.all.refused_deleted,
            last_read=datetime.fromtimestamp(self.last.at_s, UTC) if self.last.at_s else None,
            place=self.last.place or None,
            client=self.last.client or None,
        )


class Totals:
    """Adds counts up, part by part."""

    def __init__(self) -> None:
        self._sums: dict[str, dict[str, Sums]] = {}  # by secret and principal
        self._typed: set[Typed] = set()

    def add(self, counts: Counts) -> None:
        """Add the counts of a part of the span."""
        for key, pair in counts.pairs.items():
            self._sums.setdefault(key.secret, {}).setdefault(key.principal, Sums(pair.kind)).add(pair)
        self._typed |= counts.typed

    def uses(self) -> Iterator[tuple[str, ReaderUse]]:
        """Give every reader, with the key of the secret that it read."""
        for secret, readers in self._sums.items():
            yield from ((secret, sums.use_by(principal)) for principal, sums in readers.items())

    def use_of(self, keys: Collection[str], span: Span) -> SecretUse:
        """Give the use of a secret under all its keys; the most eager reader first."""
        joined: dict[str, Sums] = {}
        for key in dict.fromkeys(keys):
            for principal, sums in self._sums.get(key, {}).items():
                joined.setdefault(principal, Sums(sums.kind)).join(sums)
        readers = [sums.use_by(principal) for principal, sums in joined.items()]
        typed = newest(replace(one, secret="") for one in self._typed if one.secret in keys)
        return SecretUse(
            since=span.since,
            until=span.until,
            readers=tuple(most_first(readers, lambda one: one.reads, lambda one: one.throttled)),
            typed=tuple(
                TypedWrite(principal=one.principal, tool=one.tool, at=datetime.fromtimestamp(one.at_s, UTC))
                for one in typed
            ),
        )
