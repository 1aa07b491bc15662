"""What counts come to over a span: each reader's numbers, added up over days, sorted for a person who is tired.

A span is cut into parts that share no hour (days); of each part the counts must be whole, and then nothing depends on
the order of the parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from nightlatch.domain.posture.counts import (
    HOUR_S,
    NEVER,
    Counts,
    Hour,
    Key,
    Pair,
    Seen,
    Typed,
    hour_of,
    kinder,
    newest,
)
from nightlatch.domain.posture.use import READS_WITH_5MIN_CACHE, ReaderKind, ReaderUse, SecretUse, TypedWrite


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
            last_read=datetime.fromtimestamp(self.last.at_s, UTC) if self.last.at_s else None,
            place=self.last.place or None,
            client=self.last.client or None,
        )


class Totals:
    """Adds counts up, part by part."""

    def __init__(self) -> None:
        self._sums: dict[Key, Sums] = {}
        self._typed: set[Typed] = set()

    def add(self, counts: Counts) -> None:
        """Add the counts of a part of the span."""
        for key, pair in counts.pairs.items():
            self._sums.setdefault(key, Sums(pair.kind)).add(pair)
        self._typed |= counts.typed

    def uses(self) -> Iterable[tuple[str, ReaderUse]]:
        """Give every reader, with the key of the secret that it read."""
        return ((key.secret, sums.use_by(key.principal)) for key, sums in self._sums.items())

    def by_secret(self, secrets: Iterable[str], span: Span) -> dict[str, SecretUse]:
        """Give the use of secrets, of each one that was asked for; the most eager reader first."""
        readers: dict[str, list[ReaderUse]] = {}
        for secret, reader in self.uses():
            readers.setdefault(secret, []).append(reader)
        typed: dict[str, list[TypedWrite]] = {}
        for one in newest(self._typed):
            at = datetime.fromtimestamp(one.at_s, UTC)
            typed.setdefault(one.secret, []).append(TypedWrite(principal=one.principal, tool=one.tool, at=at))
        return {
            secret: SecretUse(
                since=span.since,
                until=span.until,
                readers=tuple(sorted(readers.get(secret, ()), key=lambda one: (-one.reads, one.principal))),
                typed=tuple(typed.get(secret, ())),
            )
            for secret in secrets
        }
