"""Since when, how lately and on how many days a principal has used a secret: a fact that no order of arrival changes.

Kept is the first use of each UTC day, for reads and for writes. Both ways of combining (the earlier time of a day, the
union of days) may be repeated and swapped, so duplicates and late events come to the same. What was known before an
event is then read off: the uses earlier than it, which never count the event itself. `last_seen` is exact to the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.calls import MAKE_VERSIONS
from nightlatch.domain.event.events import NATIVE_SECRETS_MANAGER, SECRETS_MANAGER, SecretEvent
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.pairs import FORGOTTEN_AFTER, Pair
from nightlatch.domain.history.sightings import sighting_of

MOST_DAYS = 128  # kept per pair and kind: more than the 90 days after which a pair is forgotten
KEPT_AFTER_USE = FORGOTTEN_AFTER + timedelta(days=2)
_CLOCKS_DIFFER = timedelta(seconds=2)  # of the machines that write the records of one caller
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Written = tuple[str, str]  # principal, and version id behind the key of its secret
Uses = Mapping[str, int]  # "r20514" (kind and day since 1970) -> first use of that day, microseconds


class Kind(StrEnum):
    """How a secret is used."""

    READ = "r"
    WRITE = "w"
    SHOWN = "h"  # no use of a secret: a habit of a principal, or a key or function that a secret needs


@dataclass(frozen=True, slots=True)
class PairKey:
    """A principal and one of the names that history keeps a secret, or a filter of batch calls, under."""

    principal: str
    secret: str


@dataclass(frozen=True, slots=True)
class Touch:
    """One use; the first of its day is kept."""

    pair: PairKey
    kind: Kind
    at: datetime

    @property
    def mark(self) -> str:
        """Name the kind and the day."""
        return f"{self.kind}{(self.at - _EPOCH).days}"

    @property
    def time(self) -> int:
        """The moment in microseconds since 1970."""
        return micros(self.at)


def micros(at: datetime) -> int:
    """Give a moment as microseconds since 1970, exactly."""
    return (at - _EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=50_000)
def keys_of(secret: SecretRef) -> tuple[str, ...]:
    """Give the names that history keeps a secret under; remembered, for an input names few secrets many times."""
    return secret.keys


def used_by(event: SecretEvent, inventory: Inventory) -> tuple[tuple[str, ...], ...]:
    """Name what an event used: each secret by all its candidate names; a batch call first, then what it asked for.

    Where the inventory tells which secret an ARN means, it is that one and no namesake.
    A colon is allowed in no secret's name, so that neither batches nor their filters are ever taken for one.
    """
    if event.source not in {SECRETS_MANAGER, NATIVE_SECRETS_MANAGER}:
        return ()  # what KMS does for a secret is no use of it by a principal
    return _used(event, tuple(keys_of(inventory.meant_by(secret)) for secret in event.secrets))


def _used(event: SecretEvent, secrets: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    if not event.called("BatchGetSecretValue"):
        return secrets
    batches = f"{event.account_id}/batch:"  # in any Region: a job that has moved is the same job
    return ((batches,), *(secrets or ((f"{batches}{sighting_of(event).digest}",),)))


def touches_of(event: SecretEvent, inventory: Inventory) -> tuple[Touch, ...]:
    """Say what uses an event shows: a value read or written; what AWS refused is no use.

    A full ARN is remembered whole, too, for so a replica is recognised. What looks like one, and is the name of another
    secret, makes nobody known for the secret that it looks like.
    """
    kind = _kind(event)
    if kind is None:
        return ()
    used = _used(event, tuple(_remembered(secret, inventory) for secret in event.secrets))
    pairs = tuple(PairKey(event.principal.key, key) for key in dict.fromkeys(key for names in used for key in names))
    # A batch by name is followed by a GetSecretValue record for each secret, which shows that use.
    shown = pairs[:1] if event.called("BatchGetSecretValue") and event.secrets else pairs
    return tuple(Touch(pair, kind, event.at) for pair in shown)


def _remembered(secret: SecretRef, inventory: Inventory) -> tuple[str, ...]:
    meant = inventory.meant_by(secret)
    return keys_of(secret if meant.tail == secret.tail else meant)


def first_of_day(touches: Iterable[Touch]) -> dict[PairKey, dict[str, int]]:
    """Reduce uses to the first of each day."""
    firsts: dict[PairKey, dict[str, int]] = {}
    for touch in touches:
        days = firsts.setdefault(touch.pair, {})
        days[touch.mark] = min(touch.time, days.get(touch.mark, touch.time))
    return firsts


def earlier_of(one: Uses, other: Uses) -> dict[str, int]:
    """Unite two histories of uses."""
    return {mark: min(one.get(mark, time), time) for mark, time in {**one, **other}.items()}


def surplus(uses: Uses) -> tuple[str, ...]:
    """Name the oldest days beyond those kept."""
    gone: list[str] = []
    for kind in Kind:
        marks = sorted((mark for mark in uses if mark.startswith(kind)), key=lambda mark: int(mark[1:]))
        gone.extend(marks[: max(0, len(marks) - MOST_DAYS)])
    return tuple(gone)


def histories(principal: str, names: Sequence[str], uses: Mapping[PairKey, Uses]) -> list[Uses]:
    """Give a principal's uses of a secret under each name that it may have."""
    return [uses[pair] for pair in (PairKey(principal, name) for name in names) if pair in uses]


def pair_before(some: Sequence[Uses], kind: Kind, at: datetime) -> Pair | None:
    """Give the pair as it was before a moment, over the histories of a secret's candidate names; None if it was not."""
    days: dict[str, int] = {}
    moment = micros(at) if some else 0
    for uses in some:
        for mark, time in uses.items():
            if time < moment and mark.startswith(kind):
                days[mark] = min(time, days.get(mark, time))
    if not days:
        return None
    return Pair(first_seen=moment_of(min(days.values())), last_seen=moment_of(max(days.values())), days=len(days))


def wrote_version(event: SecretEvent) -> bool:
    """Tell whether an event shows a value being written as a version."""
    return event.succeeded and event.version_id is not None and event.called(*MAKE_VERSIONS)


def first_writes(writes: Iterable[tuple[Written, datetime]]) -> dict[Written, datetime]:
    """Reduce writes of versions to the first of each."""
    firsts: dict[Written, datetime] = {}
    for version, at in writes:
        firsts[version] = min(at, firsts.get(version, at))
    return firsts


def is_read_back(versions: Iterable[Written], at: datetime, written: Mapping[Written, datetime]) -> bool:
    """Tell whether a version read at a moment had been written before, by the same principal.

    What is put only afterwards excuses no read: a thief could write back what it has just read, under the same id.
    """
    return any(version in written and written[version] <= at + _CLOCKS_DIFFER for version in versions)


def versions_of(event: SecretEvent) -> tuple[Written, ...]:
    """Name the version that an event is about, once for each name its secret may have: a version id is no secret."""
    return tuple(
        (event.principal.key, f"{key}#{event.version_id}") for secret in event.secrets for key in keys_of(secret)
    )


def _kind(event: SecretEvent) -> Kind | None:
    if not event.succeeded:
        return None
    if event.called("GetSecretValue", "BatchGetSecretValue"):
        return Kind.READ
    # UpdateSecret without a version changed the description or the key, not the value.
    return Kind.WRITE if event.called("CreateSecret", "PutSecretValue") or wrote_version(event) else None


def moment_of(time: int) -> datetime:
    """Give the moment of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=time)
