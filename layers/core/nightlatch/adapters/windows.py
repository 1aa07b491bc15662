"""Which trails a baseline is read from, and which part of them: windows of event time around events.

A principal's trail is looked at for a day either side of an event, a secret's for 90 days back and a day ahead. A
window gives at most MOST_SEEN sightings, the nearest: a principal that makes thousands of calls a minute can push its
own earlier calls out of sight, and the many calls are then what is seen.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from nightlatch.adapters.uses import WRITES, keys_of
from nightlatch.domain.baseline import FORGOTTEN_AFTER
from nightlatch.domain.deletions import ENDED, STARTED
from nightlatch.domain.events import Channel, SecretEvent
from nightlatch.domain.secrets import may_be_same
from nightlatch.domain.sightings import Sighting

DAY = timedelta(hours=24)
CREATION_KEPT = timedelta(days=400)  # who created a secret stays known longer than what was done to it
MOST_SEEN = 2_000  # sightings of one trail in one baseline


def principal_trail(event: SecretEvent) -> str:
    """Name the trail of who acted; the service's deletions are kept apart for each account it acts in."""
    return f"service:{event.account_id}" if is_destruction(event) else f"principal:{event.principal.key}"


def is_destruction(event: SecretEvent) -> bool:
    """Tell whether the service carries a deletion out."""
    return event.channel is Channel.SERVICE and event.called(STARTED, ENDED)


def secret_trails(event: SecretEvent) -> tuple[str, ...]:
    """Name the trails of what was acted on, one for each name that a secret may have."""
    return tuple(dict.fromkeys(f"secret:{key}" for secret in event.secrets for key in keys_of(secret)))


def trails_of(event: SecretEvent) -> Iterator[tuple[str, timedelta]]:
    """Name the trails that an event's baseline is read from, and how far back; the service's trail comes after them."""
    if event.channel not in {Channel.SERVICE, Channel.NATIVE}:
        yield principal_trail(event), DAY
    for trail in secret_trails(event):
        yield trail, CREATION_KEPT


def spans(moments: Iterable[datetime], before: timedelta, after: timedelta) -> list[tuple[datetime, datetime]]:
    """Join the windows around moments where they overlap."""
    spans: list[tuple[datetime, datetime]] = []
    for moment in sorted(moments):
        start, end = moment - before, moment + after
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def near(trail: Sequence[Sighting], at: datetime, before: timedelta, after: timedelta) -> Sequence[Sighting]:
    """Cut the window around a moment out of a trail in order, MOST_SEEN at most, the nearest by number on each side."""
    first = bisect_left(trail, at - before, key=_when)
    behind = bisect_right(trail, at + after, key=_when)
    if behind - first > MOST_SEEN:
        middle = bisect_right(trail, at, key=_when)
        first = max(first, min(middle - MOST_SEEN // 2, behind - MOST_SEEN))
        behind = first + MOST_SEEN
    return trail[first:behind]


def _when(sighting: Sighting) -> datetime:
    return sighting.at


def on_same_secret(event: SecretEvent, trails: Mapping[str, Sequence[Sighting]]) -> tuple[Sighting, ...]:
    """Give what was done to the event's secrets, however they were called."""
    found: dict[str, Sighting] = {}
    for trail in secret_trails(event):
        for sighting in near(trails.get(trail, ()), event.at, CREATION_KEPT, DAY):
            is_old = sighting.at < event.at - FORGOTTEN_AFTER
            if sighting.event_id in found or (is_old and sighting.name != "CreateSecret"):
                continue
            if any(may_be_same(one, other) for one in event.secrets for other in sighting.secrets):
                found[sighting.event_id] = sighting
    return tuple(sorted(found.values(), key=lambda sighting: (sighting.at, sighting.event_id)))


def with_read_backs(trail: Sequence[Sighting]) -> list[Sighting]:
    """Recognise read-backs whose write came later than the read: both are on the principal's trail now."""
    written = {version for s in trail if s.name in WRITES and s.succeeded for version in _versions(s)}
    return [
        replace(s, read_back=True)
        if s.name == "GetSecretValue" and not s.read_back and s.succeeded and not written.isdisjoint(_versions(s))
        else s
        for s in trail
    ]


def _versions(sighting: Sighting) -> list[tuple[str, str]]:
    """Name the version that a sighting is about, once for each name its secret may have."""
    version_id = sighting.version_id
    return [(key, version_id) for secret in sighting.secrets for key in secret.keys] if version_id else []
