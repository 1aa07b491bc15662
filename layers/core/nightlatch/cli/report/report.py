"""An audit as it is written: how it went, what it came to, and its findings, which are read anew for each pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.posture.reports import Kept, Run, Score, Standing
from nightlatch.domain.posture.tallies import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What every form is written from; its findings are never all in memory."""

    run: Run
    scores: tuple[Score, ...]
    tally: Tally
    findings: Callable[[], Iterator[Kept]]
    nightlatch: str  # its version
    policy: str  # digest of the policy that it went by; "" for none
    narrowed: tuple[str, ...] = ()  # what alone was asked for, as the command line says it
    changes: bool = False  # whether only what is new or fixed is written

    @property
    def at(self) -> datetime:
        """When the audit ended, or as far as it is known."""
        return self.run.finished_at or self.run.begun_at

    def shown(self) -> Iterator[Kept]:
        """Give the findings that are written."""
        for one in self.findings():
            if not self.changes or one.standing is not Standing.OPEN:
                yield one
