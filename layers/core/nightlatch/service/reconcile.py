"""Finds the changes that EventBridge did not bring, in CloudTrail's own event history, and hands them to the lane.

    names of changes ──LookupEvents──> what happened ──less what was judged──> changes lane ──> the one engine

EventBridge delivers events of CloudTrail as well as it can, and makes no promise; the event history has them all, needs
no trail, and is late by minutes. What is handed over is marked, judged like everything else, and since an event is one
by its id, one that comes after all is nothing new. Reads are not looked up: there are too many of them.

Source: ruling 22; EventBridge user guide, delivery of AWS service events (best effort); CloudTrail API reference,
LookupEvents (two requests per second, account and Region).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nightlatch.domain.errors import Refused
from nightlatch.domain.event.events import EventName, SecretEvent
from nightlatch.domain.watching.lookups import Span, is_watched, names_to_ask, span_to_ask


@dataclass(frozen=True, slots=True)
class Found:
    """A record of the event history: as it reads, and its text."""

    event: SecretEvent
    record: str


class EventHistory(Protocol):
    """CloudTrail's event history."""

    def of(self, name: str, span: Span) -> Iterator[Found]:
        """Give what happened under a name, newest first.

        Raises:
            Refused: It may not be asked.
            Unavailable: It could not be asked.
        """

    def gaps(self) -> Sequence[str]:
        """Say what of the answers could not be read, or was too much."""


class Judged(Protocol):
    """Which events were judged. All may raise Unavailable."""

    def note(self, event_ids: Collection[str], at: datetime) -> None:
        """Remember that events were judged, or handed over to be."""

    def without(self, event_ids: Collection[str]) -> Collection[str]:
        """Give those of some events that were not."""

    def until(self) -> datetime | None:
        """Give where the last look through the history ended."""

    def looked(self, until: datetime) -> None:
        """Remember where a look through the history ended."""


class Lane(Protocol):
    """The way to the detector."""

    def bring(self, records: Sequence[str]) -> None:
        """Hand records over that were missed; raises Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcilePorts:
    """The world, as far as finding what was missed needs it."""

    history: EventHistory
    judged: Judged
    lane: Lane
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What one look through the history came to."""

    missed: tuple[SecretEvent, ...] = ()
    gaps: tuple[str, ...] = ()
    is_whole: bool = True  # whether every name was looked up; else the next look begins where this one began


def reconcile(ports: ReconcilePorts, wanted: Collection[EventName], until: datetime) -> Reconciled:
    """Look up every name of a change and hand over what was not judged.

    Args:
        ports: The world.
        wanted: Names that rules read.
        until: When to stop, for the function that runs it ends; the next look goes on from where this one began.

    Raises:
        Unavailable: The history or the store could not be asked; the next look does it again.
    """
    span = span_to_ask(ports.judged.until(), ports.now())
    missed: list[SecretEvent] = []
    gaps: list[str] = []
    is_whole = True
    for name in names_to_ask(wanted):
        if ports.now() >= until:
            gaps.append(f"event history: {name} and what follows were not looked up, for time was over")
            is_whole = False
            break
        try:
            found = [one for one in ports.history.of(name, span) if is_watched(one.event, wanted)]
        except Refused as error:
            return Reconciled(missed=tuple(missed), gaps=(*gaps, f"event history: {error}"), is_whole=False)
        missed += _hand_over(found, ports)
    if is_whole:
        ports.judged.looked(span.end)
    return Reconciled(missed=tuple(missed), gaps=(*gaps, *ports.history.gaps()), is_whole=is_whole)


def _hand_over(found: Sequence[Found], ports: ReconcilePorts) -> list[SecretEvent]:
    by_id = {one.event.event_id: one for one in found}
    unseen = [by_id[event_id] for event_id in ports.judged.without(by_id)] if by_id else []
    unseen.sort(key=lambda one: (one.event.at, one.event.event_id))
    if unseen:
        ports.lane.bring([one.record for one in unseen])
        ports.judged.note([one.event.event_id for one in unseen], ports.now())  # a lane that is behind gets each once
    return [one.event for one in unseen]
