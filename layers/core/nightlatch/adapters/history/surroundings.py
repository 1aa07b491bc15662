"""The baselines of a batch, put together one by one out of what the stores said once for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import overload

from nightlatch.adapters.history.copies import used_through
from nightlatch.adapters.history.routine import Routine
from nightlatch.adapters.history.shown import (
    elsewhere,
    habits_before,
    habits_key,
    has_habits,
    held_by,
    made_at,
    made_names,
    regions_key,
    touched_resources,
)
from nightlatch.adapters.history.staged import staged_in, staging_keys
from nightlatch.adapters.history.uses import (
    Kind,
    PairKey,
    Uses,
    Written,
    histories,
    is_read_back,
    keys_of,
    pair_before,
    versions_of,
)
from nightlatch.adapters.history.windows import CREATION_KEPT, DAY, principal_trail, rights_trail, secret_trails
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.calls import MAKE_VERSIONS
from nightlatch.domain.event.events import KMS, SECRETS_MANAGER, Channel, SecretEvent
from nightlatch.domain.event.secrets import SecretRef, may_be_same
from nightlatch.domain.history.pairs import FORGOTTEN_AFTER
from nightlatch.domain.history.sightings import Sighting, sighting_of
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import LATENESS, LEARNING_PERIOD, Baseline, Maturity, Reader
from nightlatch.domain.judging.deletions import ENDED

_LIVES = ("CreateSecret", "DeleteSecret", "RestoreSecret", ENDED)


@dataclass(frozen=True, slots=True)
class Known:
    """What the stores say around a batch of events."""

    uses: Mapping[PairKey, Uses]
    trails: Mapping[str, Trail]  # what stands on a trail around all of the batch
    since: datetime | None
    readers: Mapping[str, frozenset[str]]  # principals that have read a secret, by its key
    shown: Mapping[str, Mapping[str, Uses]]  # habits of principals, and what needs a key or function
    routine: Mapping[str, Routine] = field(default_factory=dict)  # by the ids of the events
    quiet: frozenset[str] = frozenset()  # ids of routine reads beside which nothing noteworthy stands
    merged: dict[tuple[SecretRef, ...], Trail] = field(default_factory=dict)

    def by_principal(self, event: SecretEvent) -> Trail:
        """Give what the event's principal did, by the stores; of one of whom all is quiet the read itself."""
        if event.event_id in self.quiet:
            return Trail.of((self.routine[event.event_id].sighting,))
        return self.trails.get(principal_trail(event)) or Trail.of(())

    def under_name(self, event: SecretEvent) -> Trail:
        """Give the creations and deletions under the names of a secret that is created, whichever secret it was."""
        if not event.called("CreateSecret"):
            return Trail.of(())
        found = {s.event_id: s for trail in secret_trails(event) for s in self.trails.get(trail, ())}
        return Trail.of(sighting for sighting in found.values() if sighting.name in _LIVES)

    def of_secrets(self, event: SecretEvent) -> Trail:
        """Give what was done to the event's secrets, however they were called; put together once for each of them."""
        if event.secrets not in self.merged:
            found = {s.event_id: s for trail in secret_trails(event) for s in self.trails.get(trail, ())}
            self.merged[event.secrets] = Trail.of(
                sighting
                for sighting in found.values()
                if any(may_be_same(one, other) for one in event.secrets for other in sighting.secrets)
            )
        return self.merged[event.secrets]


class Surroundings(Sequence[Baseline]):
    """A baseline per event, put together when asked: those of 100,000 events at once would not fit."""

    def __init__(
        self,
        events: Sequence[SecretEvent],
        known: Known,
        inventory: Inventory,
        young: Maturity,
        *,
        settled: datetime | None = None,
    ) -> None:
        self._events = events
        self._known = known
        self._inventory = inventory
        self._young = young
        self._settled = settled

    def __len__(self) -> int:
        return len(self._events)

    @overload
    def __getitem__(self, index: int) -> Baseline: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Baseline]: ...

    def __getitem__(self, index: int | slice) -> Baseline | Sequence[Baseline]:
        if isinstance(index, slice):
            return [self._around(event) for event in self._events[index]]
        return self._around(self._events[index])

    def __iter__(self) -> Iterator[Baseline]:
        return map(self._around, self._events)

    def _around(self, event: SecretEvent) -> Baseline:
        uses = self._known.uses
        routine = self._known.routine.get(event.event_id)
        by_principal = self._known.by_principal(event)
        on_secret = self._known.of_secrets(event)
        own = histories(event.principal.key, next(iter(used_through(event, self._inventory)), ()), uses)
        maturity = maturity_at(event.at, self._known.since, self._young)
        counted = own if maturity is not Maturity.NONE else []
        return Baseline(
            maturity=maturity,
            reader=routine.pair if routine else pair_before(counted, Kind.READ, event.at),
            writer=pair_before(counted, Kind.WRITE, event.at),
            by_principal=by_principal.between(event.at - DAY, event.at + DAY),
            on_secret=on_secret.between(event.at - FORGOTTEN_AFTER, event.at + DAY),
            creations=on_secret.named("CreateSecret").between(event.at - CREATION_KEPT, event.at + DAY),
            under_name=self._known.under_name(event).between(event.at - FORGOTTEN_AFTER, event.at + DAY),
            rights=self._rights(event).between(event.at - DAY, event.at + DAY),
            readers=self._readers(event),
            habits=habits_before(self._known.shown.get(habits_key(event), {}), event.at),
            held=held_by(event, self._known.shown, self._inventory),
            elsewhere=elsewhere(event, self._known.shown, self._inventory),
            staged=staged_in(self._known.shown.get(name, {}) for name in staging_keys(event)),
            key_made=made_at((self._known.shown.get(name, {}) for name in made_names(event)), event.at),
            inventory=self._inventory,
            settled=self._settled,
        )

    def _rights(self, event: SecretEvent) -> Trail:
        trail = rights_trail(event.principal)
        return (self._known.trails.get(trail) if trail else None) or Trail.of(())

    def _readers(self, event: SecretEvent) -> tuple[Reader, ...]:
        """Say who had read a secret before something was done to it, the latest first.

        Where KMS decrypted it, the read that it was for may be a moment later.
        """
        keys = asked_of(event)
        upto = event.at + LATENESS if event.source == KMS else event.at
        principals = {principal for key in keys for principal in self._known.readers.get(key, ())}
        pairs = {who: pair_before(histories(who, keys, self._known.uses), Kind.READ, upto) for who in principals}
        readers = [Reader(who, pair.last_seen) for who, pair in pairs.items() if pair is not None]
        return tuple(sorted(readers, key=lambda reader: (-reader.last_seen.timestamp(), reader.principal)))


def partners_of(event: SecretEvent) -> tuple[str, ...]:
    """Name what an event's baseline asks for beside uses: its principal's habits, or the key or function it touches."""
    if event.channel is Channel.NATIVE:
        return tuple(regions_key(secret) for secret in event.secrets)
    if has_habits(event):
        return (habits_key(event), *made_names(event))
    return (*touched_resources(event), *staging_keys(event))


def asked_of(event: SecretEvent) -> tuple[str, ...]:
    """Name the secrets of an event whose readers matter: those that something was done to, or that KMS decrypted."""
    is_change = event.source == SECRETS_MANAGER and not event.read_only
    if not is_change and (event.source, event.name) != (KMS, "Decrypt"):
        return ()
    return tuple(key for secret in event.secrets for key in keys_of(secret))


def maturity_at(at: datetime, since: datetime | None, young: Maturity) -> Maturity:
    """Say how much history stands behind a moment; `young` is what less than the learning period counts as."""
    return Maturity.MATURE if since is not None and at - since >= LEARNING_PERIOD else young


def sight(
    event: SecretEvent,
    uses: Mapping[PairKey, Uses],
    wrote: Mapping[Written, datetime],
    *,
    inventory: Inventory,
    pairs_count: bool,
) -> Sighting:
    """Reduce an event to what history keeps, with what was known of its principal before it.

    Without `pairs_count` every pair is unknown, as in a hunt whose history is too short (ruling 35).
    """
    kinds = _kinds(event)
    used = [histories(event.principal.key, names, uses) for names in used_through(event, inventory)]
    pairs = [[pair_before(history, kind, event.at) for kind in kinds] for history in used]
    known = (
        pairs_count
        and bool(pairs)
        and all(any(pair and pair.is_known(event.at) for pair in of_one) for of_one in pairs)
    )
    read_back = reads_version(event) and is_read_back(versions_of(event), event.at, wrote)
    # Who wrote what is a fact that counts from the first record on, as who created it does.
    is_writer = bool(used) and all(pair_before(history, Kind.WRITE, event.at) for history in used)
    return sighting_of(event, known=known, read_back=read_back, wrote=is_writer)


def _kinds(event: SecretEvent) -> tuple[Kind, ...]:
    """Say which uses make this one ordinary: a read or a write its own kind, anything else either."""
    if event.called("GetSecretValue", "BatchGetSecretValue"):
        return (Kind.READ,)
    return (Kind.WRITE,) if event.called(*MAKE_VERSIONS) else (Kind.READ, Kind.WRITE)


def reads_version(event: SecretEvent) -> bool:
    """Tell whether a value was read and the record says which version."""
    return event.succeeded and event.version_id is not None and event.called("GetSecretValue")
