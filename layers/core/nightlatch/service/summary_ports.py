"""What summaries ask of the world: what was recorded, how many incidents opened lately, and which are held back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from nightlatch.domain.answering.summaries import Held, Storm, Summary
from nightlatch.domain.judging.findings import Finding

AUDIT = "audit"  # stands where a notice names an incident


class Digests(Protocol):
    """What nobody was told of, by the day on which it was recorded. All may raise Unavailable."""

    def recorded(self, day: date) -> Sequence[Finding]:
        """Give the findings that were recorded on a day."""

    def has_any(self, day: date) -> bool:
        """Tell whether anything was recorded on a day."""

    def is_ordered(self, day: date) -> bool:
        """Tell whether a day's digest was asked for."""

    def order(self, day: date) -> None:
        """Note that a day's digest was asked for."""


class AuditMessages(Protocol):
    """What is to be told of audits. May raise Unavailable."""

    def message(self, run_id: str) -> Summary | None:
        """Give the message about an audit."""


class Storms(Protocol):
    """How many incidents opened lately, and the storm that stands. All may raise Unavailable."""

    def opened(self, incident_id: str, now: datetime) -> int:
        """Note that an incident opened; give how many did within five minutes, itself included."""

    def lately(self, now: datetime) -> int:
        """Give how many incidents opened within five minutes."""

    def standing(self) -> Storm | None:
        """Give the storm that is on, or calm and not told to be."""

    def put(self, storm: Storm) -> bool:
        """Write down that a storm began or is calm; False where another stands."""

    def forget(self, storm: Storm) -> None:
        """Note that a storm is over and told."""


class HeldBack(Protocol):
    """The incidents of a storm. All may raise Unavailable."""

    def hold(self, storm_id: str, held: Held) -> None:
        """Note that an incident is told in the storm's summary; the latest counts."""

    def held(self, storm_id: str) -> Sequence[Held]:
        """Give the incidents of a storm."""

    def kept(self, storm_id: str) -> Sequence[Held]:
        """Give those of them that were not let go."""

    def let_go(self, storm_id: str, incident_id: str) -> None:
        """Note that an incident of a storm is told now."""


@runtime_checkable
class Summariser(Protocol):
    """A channel that can tell a summary."""

    def summarise(self, summary: Summary, place: str | None) -> str | None:
        """Post a summary, or bring it up to date; give where it is. Raises Unavailable."""
