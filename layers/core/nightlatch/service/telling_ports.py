"""What telling people well asks of the world: what was told already, and how a channel tells what changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from nightlatch.domain.answering.declarations import Declaration
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.snoozes import Snooze


class Pace(StrEnum):
    """How a channel hears of what changes."""

    EVERY_CHANGE = "every-change"  # machines, which keep the last state
    NEWS = "news"  # what cannot edit a message: people are not sent each revision
    THREAD = "thread"  # what edits in place and tells news and details beside it


def pace_of(channel: object) -> Pace:
    """Give a channel's pace; one that does not say is a machine's."""
    return Pace(getattr(channel, "pace", Pace.EVERY_CHANGE))


@runtime_checkable
class Thread(Protocol):
    """A channel whose messages can be answered."""

    def reply(self, place: str, lines: Sequence[str], *, lead: str = "") -> int:
        """Add lines to what stands at a place, with a lead for everybody to see, else quietly in its thread.

        Gives how many of the lines were taken; the rest is for another reply. Raises Unavailable.
        """


class Told(Protocol):
    """What a channel has told of an incident, by marks; one process tells at a time. All may raise Unavailable."""

    def of(self, incident_id: str, channel: str) -> frozenset[str]:
        """Give the marks of what was told."""

    def take(self, incident_id: str, channel: str) -> frozenset[str]:
        """Give the same, and keep others from telling until `keep`, a minute at most.

        Raises:
            Unavailable: Another process has been telling for too long; ask again later.
        """

    def keep(self, incident_id: str, channel: str, marks: Collection[str]) -> None:
        """Remember what was told now, and let the next process tell."""


class Sleepers(Protocol):
    """The incidents that were snoozed. All may raise Unavailable."""

    def put_to_sleep(self, incident_id: str, snooze: Snooze) -> Incident:
        """Write a snooze down; the same again changes nothing.

        Raises:
            NotFound: There is no such incident.
            IllegalTransition: Somebody has snoozed it since it was looked at.
        """

    def asleep(self, now: datetime) -> Sequence[str]:
        """Give the incidents whose snooze has not run out."""

    def woken(self, now: datetime) -> Sequence[tuple[str, datetime]]:
        """Give the incidents whose snooze has run out and that were not told to be awake, with its end."""

    def told_awake(self, incident_id: str, until: datetime) -> None:
        """Note that an incident was told to be awake."""


class Changing(Protocol):
    """Writes incidents anew. May raise Unavailable."""

    def change(self, incident_id: str, alter: Callable[[Incident], Incident]) -> Incident:
        """Write what a pure function makes of an incident, or raise NotFound; what the function raises comes out."""


class Declarations(Protocol):
    """What people said was theirs. All may raise Unavailable."""

    def of(self, principal: str) -> Sequence[Declaration]:
        """Give those about a principal that are not over for long: an event may be late."""

    def standing(self, now: datetime) -> Sequence[Declaration]:
        """Give all that hold now, what ends first at the beginning."""

    def declare(self, declaration: Declaration) -> None:
        """Write one down; the same twice is one."""

    def end(self, declaration_id: str, by: str, now: datetime) -> Declaration:
        """End one before its time, or raise NotFound; one that is over stays as it was."""
