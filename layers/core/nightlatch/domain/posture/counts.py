"""Counts of reads by principal, secret and hour: numbers that add up the same, however the records were cut.

    events ──> Counts (of a batch) ──> Counts (of a process, an hour, a day) ──> ReaderUse (of a span)

An hour is an hour of event time, so what comes late is counted where it belongs. A batch call counts by the record that
each of its secrets gets. A refusal for the rate names no secret: it is put to the secret that the principal called next
to it, and stands without a secret where there is none near. CloudTrail writes whole seconds: of calls that stand in one
second with a refusal, those beyond twenty cannot all have been 50 ms apart, and so many at least were hasty.

Source: design facts 2.2, 2.3 (the codes), 2.5, 2.6 and 3.4; CloudTrail user guide, record contents (eventTime);
botocore 1.44 service model, BatchGetSecretValue (a record for each secret), CreateSecret (names of 512 characters at
most). Whether Secrets Manager's throttled records leave the request out, as Systems Manager's do, only a real account
can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.posture.use import ReaderKind

HOUR_S = 3_600
LONGEST_NAME = 512  # that AWS gives a secret
MOST_TYPED = 20  # kept of each secret, the newest


class Hour(NamedTuple):
    """The numbers of one principal and secret in one hour, or added up over several."""

    reads: int = 0
    endpoint: int = 0  # of the reads, by a VPC endpoint
    public: int = 0  # of the reads, from a public address
    caching: int = 0  # of the reads, by a client that says it caches
    throttled: int = 0
    hasty: int = 0
    refused_deleted: int = 0  # last, so that pages from before it are read with none

    def plus(self, other: Hour) -> Hour:
        """Add two up."""
        return Hour(*(one + more for one, more in zip(self, other, strict=True)))


class Seen(NamedTuple):
    """The last read: when, from where, with what; of several the latest, and of those the greatest text."""

    at_s: int  # epoch seconds
    place: str
    client: str


NEVER = Seen(0, "", "")
_KINDS = list(ReaderKind)


@dataclass(frozen=True, slots=True)
class Key:
    """Who used what; `secret` is `account/region/name`, with no name where the record names no secret."""

    secret: str
    principal: str


@dataclass(frozen=True, slots=True, order=True)
class Typed:
    """A value that somebody wrote from a command line."""

    at_s: int
    secret: str
    principal: str
    tool: str


@dataclass(slots=True)
class Pair:
    """All that was counted of one principal and secret; `hours` by hours since 1970."""

    kind: ReaderKind
    last: Seen = NEVER
    hours: dict[int, Hour] = field(default_factory=dict)

    def add(self, hour: int, more: Hour) -> None:
        """Count in an hour."""
        self.hours[hour] = self.hours[hour].plus(more) if hour in self.hours else more

    def join(self, other: Pair) -> None:
        """Add what was counted elsewhere."""
        self.kind = kinder(self.kind, other.kind)
        self.last = max(self.last, other.last)
        for hour, more in other.hours.items():
            self.add(hour, more)


@dataclass(slots=True)
class Counts:
    """What was counted, to be added to."""

    pairs: dict[Key, Pair] = field(default_factory=dict)
    typed: set[Typed] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Whether anything was counted."""
        return bool(self.pairs or self.typed)

    def add(self, key: Key, kind: ReaderKind, hour: int, more: Hour, last: Seen = NEVER) -> None:
        """Count for a principal and a secret."""
        self.join_pair(key, Pair(kind, last, {hour: more}))

    def join(self, other: Counts) -> None:
        """Add what was counted elsewhere."""
        for key, pair in other.pairs.items():
            self.join_pair(key, pair)
        self.typed |= other.typed

    def join_pair(self, key: Key, pair: Pair) -> None:
        """Add what was counted elsewhere of one principal and secret."""
        found = self.pairs.get(key)
        if found is None:
            self.pairs[key] = Pair(pair.kind, pair.last, dict(pair.hours))
        else:
            found.join(pair)

    def by(self, part: Callable[[str, int], object]) -> Mapping[object, Counts]:
        """Part by what a secret and an hour give, as `lambda secret, hour: (secret, hour // 24)`."""
        parts: dict[object, Counts] = {}
        for key, pair in self.pairs.items():
            for hour, more in pair.hours.items():
                parts.setdefault(part(key.secret, hour), Counts()).add(key, pair.kind, hour, more, pair.last)
        for one in self.typed:
            parts.setdefault(part(one.secret, one.at_s // HOUR_S), Counts()).typed.add(one)
        return parts


def kinder(one: ReaderKind, other: ReaderKind) -> ReaderKind:
    """Give what a reader is, where its calls show two things: a person who also came otherwise is a person."""
    return min(one, other, key=_KINDS.index)


def newest(typed: Iterable[Typed]) -> Iterator[Typed]:
    """Give what is kept of values that were typed: of each secret the newest."""
    kept: dict[str, int] = {}
    for one in sorted(typed, reverse=True):
        kept[one.secret] = kept.get(one.secret, 0) + 1
        if kept[one.secret] <= MOST_TYPED:
            yield one


def key_of(secret: SecretRef) -> str:
    """Give what a secret is counted under: one name, the likeliest where an ARN could mean two.

    A caller may write what no secret is called; that is counted without a name.
    """
    name = secret.name if len(secret.name) <= LONGEST_NAME else ""
    return f"{secret.account_id}/{secret.region}/{name}"


def keys_of(secret: SecretRef) -> tuple[str, ...]:
    """Give all that a secret may be counted under: by its name, and by an ARN whose end was taken for a part of it."""
    as_called = replace(secret, is_full=False)
    return tuple(dict.fromkeys((key_of(secret), key_of(as_called))))


def hour_of(at: datetime) -> int:
    """Count the hours since 1970."""
    return int(at.timestamp()) // HOUR_S


def beginning_of(hour: int) -> datetime:
    """Give the moment at which an hour begins."""
    return datetime.fromtimestamp(hour * HOUR_S, UTC)
