"""Which trails a baseline is read from, and which part of them: windows of event time around events.

A principal's trail is looked at for a day either side of an event, a secret's for 90 days back and a day ahead, and
for who created it further back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from nightlatch.adapters.uses import WRITES, keys_of
from nightlatch.domain.deletions import ENDED, STARTED
from nightlatch.domain.events import Channel, SecretEvent
from nightlatch.domain.sightings import Sighting

DAY = timedelta(hours=24)
CREATION_KEPT = timedelta(days=400)  # who created a secret stays known longer than what was done to it


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


def with_read_backs(trail: Sequence[Sighting]) -> Sequence[Sighting]:
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
