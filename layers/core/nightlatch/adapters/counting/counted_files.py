"""What trail files show of the use of secrets, for an account without a nightlatch.

The files are gone through once; what is kept grows with readers, secrets and hours, and not with records.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from pathlib import Path

from nightlatch.adapters.records.log_files import read_records
from nightlatch.domain.event.events import SECRETS_MANAGER
from nightlatch.domain.posture.counted_use import Span, Totals
from nightlatch.domain.posture.counting import counts_of
from nightlatch.domain.posture.counts import Counts
from nightlatch.service.intake import Tally
from nightlatch.service.reading_events import Reading

_AT_ONCE = 5_000


class CountedFiles:
    """The port `Counted` over log files, which are read when it is made.

    Args:
        paths: Files, and folders with all that is below them.
        begun: Called before each file, for a progress display.
    """

    def __init__(self, paths: Iterable[Path], *, begun: Callable[[Path], None] = lambda _: None) -> None:
        self._counts = Counts()
        reading = Reading(read_records(paths, wanted=_is_wanted, begun=begun))
        first: datetime | None = None
        last: datetime | None = None
        for events in reading.batches(_AT_ONCE):
            self._counts.join(counts_of(events))
            times = [event.at for event in events]
            first = min(times) if first is None else min(first, *times)
            last = max(times) if last is None else max(last, *times)
        self._span = None if first is None or last is None else Span(first, last)
        self.tally: Tally = reading.tally

    def span(self) -> Span | None:
        """Give the time from the first to the last record of Secrets Manager, None where there is none."""
        return self._span

    def totals(self, secrets: Collection[str] | None = None) -> Totals:
        """Add up what was counted, of some secrets or of all."""
        wanted = None if secrets is None else set(secrets)
        totals = Totals()
        totals.add(
            Counts(
                {key: pair for key, pair in self._counts.pairs.items() if wanted is None or key.secret in wanted},
                {one for one in self._counts.typed if wanted is None or one.secret in wanted},
            )
        )
        return totals

    def secrets(self) -> frozenset[str]:
        """Give the keys of all secrets that the files show."""
        return frozenset({*(key.secret for key in self._counts.pairs), *(one.secret for one in self._counts.typed)})


def _is_wanted(source: str, _name: str) -> bool:
    return source == SECRETS_MANAGER
