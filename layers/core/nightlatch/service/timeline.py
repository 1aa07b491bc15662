"""Tells one secret's story in order: who did what to it, from logs or from what nightlatch remembers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.answering.own_calls import OwnCall
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import SecretRef, may_be_same
from nightlatch.domain.history.sightings import Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that happened."""

    at: datetime
    who: str
    what: str
    result: str  # "done", "denied" or "failed"
    note: str
    event_id: str


def story_of_events(secret: SecretRef, events: Iterable[SecretEvent]) -> tuple[Line, ...]:
    """Tell what logs show of a secret, reads included."""
    mine = {e.event_id: e for e in events if any(may_be_same(secret, other) for other in e.secrets)}
    lines = (
        Line(
            at=event.at,
            who=event.principal.title,
            what=event.name,
            result=_result(succeeded=event.succeeded, denied=event.denied),
            note=_note(event.version_id, event.request.texts("versionStages"), event.origin.address),
            event_id=event.event_id,
        )
        for event in mine.values()
    )
    return tuple(sorted(lines, key=lambda line: (line.at, line.event_id)))


def story_of_sightings(
    secret: SecretRef, sightings: Iterable[Sighting], behind: Mapping[str, OwnCall]
) -> tuple[Line, ...]:
    """Tell what nightlatch remembers of a secret: changes and deletions, not reads.

    Args:
        secret: Whose story it is.
        sightings: What was seen of it, and may be of others.
        behind: By event id, which response stands behind a call of nightlatch's own.
    """
    mine = {s.event_id: s for s in sightings if any(may_be_same(secret, other) for other in s.secrets)}
    lines = (_line(sighting, behind.get(sighting.event_id) if sighting.own else None) for sighting in mine.values())
    return tuple(sorted(lines, key=lambda line: (line.at, line.event_id)))


def _line(sighting: Sighting, call: OwnCall | None) -> Line:
    return Line(
        at=sighting.at,
        who=_who(sighting, call),
        what=sighting.name,
        result=_result(succeeded=sighting.succeeded, denied=sighting.denied),
        note=_note(sighting.version_id, sighting.labels, None, call.response.id if call is not None else None),
        event_id=sighting.event_id,
    )


def _result(*, succeeded: bool, denied: bool) -> str:
    if denied:
        return "denied"
    return "done" if succeeded else "failed"


def _who(sighting: Sighting, call: OwnCall | None) -> str:
    """Name the principal; of our own calls who wanted them, for the role says only that nightlatch made them."""
    if not sighting.own:
        return sighting.principal
    return ", ".join(["nightlatch", *([call.word] if call is not None and call.word else [])])


def _note(version_id: str | None, labels: tuple[str, ...], address: str | None, response_id: str | None = None) -> str:
    parts = (
        f"version {version_id}" if version_id else "",
        f"labels {', '.join(labels)}" if labels else "",
        f"from {address}" if address else "",
        f"response {response_id}" if response_id else "",
    )
    return ", ".join(part for part in parts if part)
