"""What becomes of a secret's replicas: copies that somebody makes and cuts loose, and those that are left.

A replica bears the name and suffix of its primary in another Region, and is a secret of its own there: what is done to
it stands in that Region's records. So the two are put together by whoever did both.

Source: Secrets Manager user guide, replicate-secrets; API reference, RemoveRegionsFromReplication (ReplicationStatus:
"the status of replicas for this secret after you remove Regions").
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.sightings import Sighting, replica_regions, sighting_of, succeeded
from nightlatch.domain.judging.baseline import Baseline

CUT_LOOSE_WITHIN = timedelta(hours=24)

_MAKING = ("CreateSecret", "ReplicateSecretToRegions")
_STOP, _REMOVE = "StopReplicationToReplica", "RemoveRegionsFromReplication"


def copies_cut_loose(event: SecretEvent, baseline: Baseline) -> tuple[Sighting, Sighting] | None:
    """Give the making of a replica and its promotion by the same principal within a day, from either of the two."""
    own = sighting_of(event)
    if event.called(_STOP):
        made = baseline.by_principal.named(*_MAKING).only(succeeded).between(event.at - CUT_LOOSE_WITHIN, event.at)
        return next(((one, own) for one in reversed(made) if _becomes(one, own)), None)
    if event.called(*_MAKING) and own.replica_regions:
        stops = baseline.by_principal.named(_STOP).only(succeeded).between(event.at, event.at + CUT_LOOSE_WITHIN)
        return next(((own, stop) for stop in stops if _becomes(own, stop)), None)
    return None


def places_left(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> frozenset[str] | None:
    """Give the Regions that still hold replicas after a removal; None where nothing shows any.

    The answer of the call is certain; else history is counted, which may not reach back to every replica.
    """
    gone = frozenset(replica_regions(event))
    if event.response.has("replicationStatus"):
        left = {status.text("region") or "" for status in event.response.children("replicationStatus")}
        return frozenset(left - gone)
    places: set[str] = set()
    for call in baseline.done_to(secret, *_MAKING, _REMOVE).only(succeeded).before(event.at):
        if call.name == _REMOVE:
            places.difference_update(call.replica_regions)
        else:
            places.update(call.replica_regions)
    return frozenset(places - gone) or None


def _becomes(made: Sighting, stop: Sighting) -> bool:
    """Tell whether what was cut loose is a replica that this call had made."""
    primary, replica = made.secret, stop.secret
    if primary is None or replica is None or stop.at - made.at >= CUT_LOOSE_WITHIN:
        return False
    same_name = primary.account_id == replica.account_id and bool({*primary.names} & {*replica.names})
    return same_name and replica.region in made.replica_regions
