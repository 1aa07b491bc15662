"""History in memory: for a hunt, for the examples, for tests; the twin of `trails_dynamodb.py`.

A hunt holds the trails of a whole input at once, so a trail is put in order when it is first asked after a change.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from nightlatch.adapters.history.trails import MOST_PARTNERS, MOST_READ, MOST_READERS, Entry
from nightlatch.adapters.history.uses import Kind, PairKey, Touch, Uses, Written, earlier_of, first_of_day, surplus
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.history.sightings import Sighting
from nightlatch.domain.watching.signs import is_sign

_LAST = "\U0010ffff"  # sorts behind every event id and slot


@dataclass(slots=True)
class _Trail:
    """Sightings by their places; `order` is rebuilt when something was added."""

    seen: dict[tuple[datetime, str], Sighting] = field(default_factory=dict)
    order: list[tuple[datetime, str]] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        self.seen[entry.place] = entry.sighting

    def between(self, start: datetime, end: datetime, most: int | None) -> list[Sighting]:
        if len(self.order) != len(self.seen):
            self.order = sorted(self.seen)
        first, behind = bisect_left(self.order, (start, "")), bisect_right(self.order, (end, _LAST))
        first = first if most is None else max(first, behind - most)
        found = [self.seen[key] for key in self.order[first:behind]]
        return sorted(found, key=lambda sighting: (sighting.at, sighting.event_id))  # slots begin before what they hold


class MemoryTrails:
    """Trails that live as long as the process; safe to share between threads.

    Args:
        most: Sightings given at once; None for a hunt, which has read the whole input anyway.
    """

    def __init__(self, *, most: int | None = MOST_READ) -> None:
        self._lock = Lock()
        self._most = most
        self._uses: dict[PairKey, dict[str, int]] = {}
        self._partners: dict[str, dict[str, None]] = {}
        self._readers: dict[str, set[str]] = {}
        self._written: dict[Written, datetime] = {}
        self._trails: dict[str, _Trail] = {}
        self._since: datetime | None = None

    def touch(self, touches: Collection[Touch], also: Collection[PairKey]) -> Mapping[PairKey, Uses]:
        """Remember uses and give those of all these pairs."""
        firsts = first_of_day(touches)
        with self._lock:
            for pair, days in firsts.items():
                known = earlier_of(self._uses.get(pair, {}), days)
                for mark in surplus(known):
                    del known[mark]
                self._uses[pair] = known
                if any(mark.startswith(Kind.SHOWN) for mark in days):
                    self._partners.setdefault(pair.principal, {})[pair.secret] = None
                if any(mark.startswith(Kind.READ) for mark in days):
                    self._readers.setdefault(pair.secret, set()).add(pair.principal)
            return {pair: self._uses[pair] for pair in {*firsts, *also} if pair in self._uses}

    def partners(self, principals: Collection[str]) -> Mapping[str, Mapping[str, Uses]]:
        """Give all pairs of some principals."""
        with self._lock:
            found: dict[str, dict[str, Uses]] = {}
            for principal in principals:
                for other in _first_by_name(self._partners.get(principal, {})):
                    found.setdefault(principal, {})[other] = self._uses[PairKey(principal, other)]
            return found

    def wrote(self, written: Mapping[Written, datetime], asked: Collection[Written]) -> Mapping[Written, datetime]:
        """Remember who wrote versions when, and give when the asked were first written."""
        with self._lock:
            for one, at in written.items():
                self._written[one] = min(at, self._written.get(one, at))
            return {one: self._written[one] for one in asked if one in self._written}

    def readers(self, secrets: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Give who has read secrets."""
        with self._lock:
            found = {key: self._readers[key] for key in secrets if key in self._readers}
            return {key: frozenset(sorted(some)[:MOST_READERS]) for key, some in found.items()}

    def add(self, entries: Collection[Entry]) -> None:
        """Put sightings on trails."""
        with self._lock:
            for entry in entries:
                self._trails.setdefault(entry.trail, _Trail()).add(entry)

    def between(self, trail: str, start: datetime, end: datetime) -> Sequence[Sighting]:
        """Give a trail's sightings of a span."""
        with self._lock:
            found = self._trails.get(trail)
            return found.between(start, end, self._most) if found else ()

    def learning_since(self, start: datetime | None) -> datetime | None:
        """Note an earlier beginning of learning and give the earliest known."""
        with self._lock:
            self._since = min((since for since in (self._since, start) if since), default=None)
            return self._since


def _first_by_name(partners: Mapping[str, None]) -> Collection[str]:
    return partners if len(partners) <= MOST_PARTNERS else sorted(partners)[:MOST_PARTNERS]


class MemoryWaits:
    """Events that wait in memory; all that are due are given at once, for a hunt has one end."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[tuple[str, str], tuple[datetime, SecretEvent]] = {}

    def keep(self, event: SecretEvent, rule_id: str, until: datetime) -> None:
        """Keep an event until then."""
        with self._lock:
            self._kept.setdefault((rule_id, event.event_id), (until, event))

    def due(self, now: datetime) -> Sequence[tuple[SecretEvent, str]]:
        """Give the events whose time has come, signs of blindness first."""
        with self._lock:
            kept = self._kept.items()
            ready = sorted((not is_sign(event), until, key) for key, (until, event) in kept if until <= now)
            return tuple((self._kept[key][1], key[0]) for _, _, key in ready)

    def drop(self, event: SecretEvent, rule_id: str) -> None:
        """Forget an event."""
        with self._lock:
            self._kept.pop((rule_id, event.event_id), None)
