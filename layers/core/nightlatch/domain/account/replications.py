"""Which secrets were made replicas, and cut loose again, as records show it: at once, and as of any moment.

An inventory says the same an hour later. So the last call before a moment decides, until an inventory was taken that
must have seen it.

Source: Secrets Manager API reference, ReplicateSecretToRegions, RemoveRegionsFromReplication, StopReplicationToReplica
(called where the replica is); ListSecrets ("might not reflect changes from the last five minutes").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from nightlatch.domain.account.holdings import Holdings
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import SecretRef, in_region, may_be_same
from nightlatch.domain.history.sightings import replica_regions

LISTED_AFTER = timedelta(minutes=15)  # three times as long as AWS says that a list may lag behind
_MAKING = ("CreateSecret", "ReplicateSecretToRegions")
_STOP, _REMOVE = "StopReplicationToReplica", "RemoveRegionsFromReplication"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replication:
    """Replicas of a secret were made, or are none any more."""

    event_id: str
    at: datetime
    secret: SecretRef  # the primary, or for StopReplicationToReplica the replica itself
    regions: tuple[str, ...]  # where the replicas are
    made: bool

    def is_about(self, secret: SecretRef) -> bool:
        """Tell whether a secret is one of the replicas."""
        return secret.region in self.regions and may_be_same(in_region(self.secret, secret.region), secret)


def replication_of(event: SecretEvent) -> Replication | None:
    """Give what a call did to replicas, None for every other event."""
    if not event.succeeded or event.secret is None or not event.called(*_MAKING, _STOP, _REMOVE):
        return None
    regions = (event.secret.region,) if event.called(_STOP) else replica_regions(event)
    if not regions:
        return None
    return Replication(
        event_id=event.event_id, at=event.at, secret=event.secret, regions=regions, made=event.called(*_MAKING)
    )


@dataclass(frozen=True)
class Replications:
    """What records showed of replicas, and the question that it answers."""

    shown: tuple[Replication, ...] = ()

    def __hash__(self) -> int:
        """Hash by the number, for the same reason as an inventory."""
        return hash(len(self.shown))

    def __bool__(self) -> bool:
        return bool(self.shown)

    def primary_of(self, secret: SecretRef, at: datetime, holdings: Holdings) -> SecretRef | None:
        """Give the primary of a secret that is a replica at a moment, None where nothing says that it is one."""
        last = self._last(secret, at)
        if last is None or _is_outdated(last, at, holdings):
            return holdings.primary_of(secret)
        if not last.made or holdings.has_no_copy_in(secret, last.secret.region):
            return None  # AWS takes the call and then makes no replica where a secret has the name already
        return in_region(secret, last.secret.region)

    def is_cut_loose(self, secret: SecretRef, at: datetime) -> bool:
        """Tell whether the last call about a replica, at a moment, had ended it."""
        last = self._last(secret, at)
        return last is not None and not last.made

    def _last(self, secret: SecretRef, at: datetime) -> Replication | None:
        about = [one for one in self._near(secret) if one.at <= at and one.is_about(secret)]
        return max(about, key=lambda one: (one.at, one.event_id), default=None)

    def _near(self, secret: SecretRef) -> Sequence[Replication]:
        found = {
            one.event_id: one for name in secret.names for one in self._by_name.get(f"{secret.account_id}/{name}", ())
        }
        return tuple(found.values())

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[Replication]]:
        found: dict[str, list[Replication]] = defaultdict(list)
        for one in self.shown:
            for name in one.secret.names:
                found[f"{one.secret.account_id}/{name}"].append(one)
        return found


def _is_outdated(last: Replication, at: datetime, holdings: Holdings) -> bool:
    """Tell whether an inventory of before the moment was begun late enough to have seen the call."""
    begun, taken = holdings.begun_at, holdings.taken_at
    return begun is not None and taken is not None and last.at + LISTED_AFTER <= begun and taken <= at


NONE_SHOWN = Replications()
