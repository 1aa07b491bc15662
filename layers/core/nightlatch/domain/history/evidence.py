"""The events that a finding stands on: put together once, however many events come to the same finding."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.history.sightings import Sighting


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sightings with what a finding says of them."""

    event_ids: tuple[str, ...]  # each once, sorted
    first_seen: datetime
    last_seen: datetime
    calls: tuple[str, ...]  # names of the events, each once, sorted

    @classmethod
    def of(cls, *sightings: Sighting) -> Evidence:
        """Sum sightings up; there must be one."""
        times = [sighting.at for sighting in sightings]
        ids = tuple(sorted({sighting.event_id for sighting in sightings}))
        calls = tuple(sorted({sighting.name for sighting in sightings}))
        return cls(event_ids=ids, first_seen=min(times), last_seen=max(times), calls=calls)

    def joined(self, other: Evidence) -> Evidence:
        """Unite with other evidence."""
        return Evidence(
            event_ids=tuple(sorted({*self.event_ids, *other.event_ids})),
            first_seen=min(self.first_seen, other.first_seen),
            last_seen=max(self.last_seen, other.last_seen),
            calls=tuple(sorted({*self.calls, *other.calls})),
        )

    def with_event(self, event_id: str, at: datetime, call: str) -> Evidence:
        """Add the judged event, where it is not among them; the very same evidence where it is."""
        place = bisect_left(self.event_ids, event_id)
        if self.event_ids[place : place + 1] == (event_id,):
            return self
        ids = (*self.event_ids[:place], event_id, *self.event_ids[place:])
        calls = tuple(sorted({*self.calls, call}))
        return Evidence(
            event_ids=ids, first_seen=min(self.first_seen, at), last_seen=max(self.last_seen, at), calls=calls
        )
