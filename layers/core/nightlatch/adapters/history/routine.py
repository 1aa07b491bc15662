"""Reads that tell nothing new, so that a store need not be asked about each of them.

A read is routine when a known pair reads the current value, or looks at the secret, from a network, Region and client
that the principal showed a day ago or earlier. Nearly all reads are. By itself none can fire a rule about history: it
only counts beside something noteworthy of the same principal. So routine reads stand on a trail of their own, one for
each five minutes. While the principal's other trail is empty, a read is quiet: nothing more is asked about it.

Of a principal that AWS has refused something within a day each read is kept, for which of them opened the door matters.

Strange reads stand there too, one of each secret and five minutes, beside their place on the first trail: of that one a
question gives the newest entries, and whoever makes five thousand idle calls would have pushed its own sweep out.

Source: decision 21 (what this saves, and what is lost); design performance (store calls per event).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from nightlatch.adapters.history.entries import on_routine
from nightlatch.adapters.history.process_memory import ProcessMemory, Recalled, Slot
from nightlatch.adapters.history.reading import read_trails
from nightlatch.adapters.history.shown import facet_pair, has_habits
from nightlatch.adapters.history.trails import Entry, Trails
from nightlatch.adapters.history.uses import Kind, PairKey, Uses, histories, keys_of, pair_before, used_by
from nightlatch.adapters.history.windows import DAY, principal_trail, routine_trail
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.history.habits import Kind as Side
from nightlatch.domain.history.habits import facets_of
from nightlatch.domain.history.pairs import KNOWN_AFTER, Pair
from nightlatch.domain.history.sightings import Sighting, denied, sighting_of
from nightlatch.domain.history.value_reads import is_own_read, is_unknown
from nightlatch.domain.secret.versions import CURRENT

SLOT = timedelta(minutes=5)  # half the shortest window in which these reads count
_LOOKS_AT_ONE = ("GetSecretValue", "DescribeSecret")
_SURROUNDINGS = frozenset({Side.NETWORK, Side.ENDPOINT, Side.REGION, Side.AGENT})  # an hour is none of them
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Routine:
    """A routine read: what history keeps of it, and the pair as it was before it."""

    sighting: Sighting
    pair: Pair | None


def recalled(events: Iterable[SecretEvent], own: Collection[str], memory: ProcessMemory) -> dict[str, Routine]:
    """Give the events that are routine for all that this process has seen, by their ids."""
    found = {}
    for event in events:
        held = memory.recall(event) if event.event_id not in own and _may_be_routine(event) else None
        if held is not None:
            found[event.event_id] = Routine(sighting_of(event, known=True, wrote=held.wrote), held.pair)
    return found


def noticed(
    events: Iterable[SecretEvent],
    seen: Mapping[str, Sighting],
    uses: Mapping[PairKey, Uses],
    memory: ProcessMemory,
    inventory: Inventory,
) -> dict[str, Routine]:
    """Give the events that what the store says shows to be routine, and remember that.

    Args:
        events: A batch, noted in the store.
        seen: What history keeps of each, by its id, with whether the pair is known.
        uses: The uses of their pairs and of the sides of their calls.
        memory: What the process remembers.
        inventory: What is known of the account. A replica may be cut loose before the day is over: only a pair of its
            own makes its reads routine.
    """
    found = {}
    for event in events:
        sighting = seen[event.event_id]
        if not sighting.known or sighting.own or not _may_be_routine(event) or not _is_at_home(event, uses):
            continue
        names = next(iter(used_by(event, inventory)), ())
        pair = pair_before(histories(event.principal.key, names, uses), Kind.READ, event.at)
        if _is_replica(event, inventory) and not (pair and pair.is_known(event.at)):
            continue
        found[event.event_id] = Routine(sighting, pair)
        if pair is not None and event.called("GetSecretValue"):
            pair = replace(pair, last_seen=event.at, days=pair.days + (pair.last_seen.date() != event.at.date()))
        memory.keep(event, Recalled(pair, sighting.wrote, event.at))
    return found


def put_aside(
    reads: Sequence[SecretEvent],
    routine: Mapping[str, Routine],
    now: datetime,
    *,
    trails: Trails,
    memory: ProcessMemory,
) -> frozenset[str]:
    """Put routine reads on their trails and give the ids of the quiet ones, beside which nothing noteworthy stands."""
    noteworthy = read_trails(trails, [(principal_trail(event), event.at, DAY) for event in reads])
    quiet, entries, slots = set(), [], []
    for event in reads:
        near = noteworthy[principal_trail(event)].between(event.at - DAY, event.at + DAY)
        if not near:
            quiet.add(event.event_id)
        sighting = routine[event.event_id].sighting
        if near.only(denied):
            entries.append(on_routine(event, sighting, now))
            continue
        slot = (routine_trail(event), _place_of(sighting))
        if not memory.has_filled(slot):
            entries.append(on_routine(event, sighting, now, slot[1]))
            slots.append(slot)
    trails.add(entries)
    memory.fill(slots)
    return frozenset(quiet)


def put_beside(seen: Iterable[tuple[SecretEvent, Sighting]], now: datetime, *, memory: ProcessMemory) -> list[Entry]:
    """Give a second place to the strange reads among some events, where their principal's other calls push none out.

    Args:
        seen: Events, and what history keeps of each with all its marks.
        now: When they came.
        memory: What the process remembers; of one that is forgotten the same is written again.
    """
    strange = ((event, one) for event, one in seen if event.called("GetSecretValue") and _is_strange(one))
    slots = {(routine_trail(event), _place_of(one)): (event, one) for event, one in strange}
    return [on_routine(event, one, now, slot[1]) for slot, (event, one) in slots.items() if not memory.has_filled(slot)]


def filled(entries: Iterable[Entry]) -> list[Slot]:
    """Name the slots that some entries have filled."""
    return [(entry.trail, entry.slot) for entry in entries if entry.slot is not None]


def _is_strange(read: Sighting) -> bool:
    return is_own_read(read) and is_unknown(read) and not read.own


def _may_be_routine(event: SecretEvent) -> bool:
    """Tell whether AWS gave somebody the current value of a secret, or a look at it."""
    return (
        event.called(*_LOOKS_AT_ONE)
        and event.succeeded
        and has_habits(event)
        and bool(event.secrets)
        and event.version_id is None
        and event.request.text("versionStage") in {None, CURRENT}
    )


def _is_replica(event: SecretEvent, inventory: Inventory) -> bool:
    return any(inventory.primary_of(secret, event.at) is not None for secret in event.secrets)


def _is_at_home(event: SecretEvent, uses: Mapping[PairKey, Uses]) -> bool:
    """Tell whether the principal has called like this a day ago or earlier, whatever the hour."""
    shown = (uses.get(facet_pair(event, facet)) for facet in facets_of(event) if facet.kind in _SURROUNDINGS)
    return all(some and pair_before([some], Kind.SHOWN, event.at - KNOWN_AFTER) for some in shown)


def _place_of(sighting: Sighting) -> tuple[datetime, str]:
    """Name the slot of a read: one for each secret, call, network and key in five minutes, known or strange."""
    start = sighting.at - (sighting.at - _EPOCH) % SLOT
    keys = (key for secret in sighting.secrets for key in keys_of(secret))
    origin = (sighting.network or "", sighting.access_key_id or "") if sighting.known else ("strange",)
    return start, "|".join((sighting.name, *origin, *keys))
