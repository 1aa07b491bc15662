"""What asking for the use of secrets needs of the world."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from nightlatch.domain.posture.counted_use import Span, Totals


class Counted(Protocol):
    """Counts of reads, wherever they stand. All may raise Unavailable."""

    def span(self) -> Span | None:
        """Give the time in which was counted, None where nothing was."""

    def totals(self, secrets: Collection[str] | None = None) -> Totals:
        """Add up what was counted in that time, of secrets by their keys, or of all."""
