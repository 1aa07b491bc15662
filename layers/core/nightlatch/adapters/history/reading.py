"""How trails are read: each once for a whole batch, over the stretches of time in which its windows meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from nightlatch.adapters.history.trails import Trails
from nightlatch.adapters.history.windows import (
    DAY,
    has_principal,
    principal_trail,
    routine_trail,
    spans,
    with_read_backs,
)
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.history.sightings import Sighting
from nightlatch.domain.history.trail import Trail


def read_trails(trails: Trails, wanted: Iterable[tuple[str, datetime, timedelta]]) -> dict[str, Trail]:
    """Read trails around moments.

    Args:
        trails: The store.
        wanted: Of each trail the moments that matter, and how far before them; a day after them is read always.

    Raises:
        Unavailable: The store could not be asked.
    """
    moments: dict[str, set[datetime]] = defaultdict(set)
    reach: dict[str, timedelta] = {}
    for trail, at, before in wanted:
        moments[trail].add(at)
        reach[trail] = before
    return {
        trail: Trail.of(
            sighting for start, end in spans(ats, reach[trail], DAY) for sighting in trails.between(trail, start, end)
        )
        for trail, ats in moments.items()
    }


def read_principals(trails: Trails, events: Sequence[SecretEvent]) -> dict[str, Trail]:
    """Read the trails of who acted, what they read day by day among the rest."""
    acting = [event for event in events if has_principal(event)]
    wanted = [(trail, event.at, DAY) for event in acting for trail in (principal_trail(event), routine_trail(event))]
    found = read_trails(trails, wanted)
    return {
        principal_trail(event): _joined(found[routine_trail(event)], found[principal_trail(event)])
        for event in {principal_trail(event): event for event in acting}.values()
    }


def _joined(routine: Iterable[Sighting], others: Iterable[Sighting]) -> Trail:
    """Join two trails; of what stands on both, the second has all marks."""
    each_once = {sighting.event_id: sighting for some in (routine, others) for sighting in some}
    return Trail.of(with_read_backs(list(each_once.values())))
