"""What a nightlatch has counted: days that were gathered, and beside them the pages that were not yet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import cast

from nightlatch.adapters.counting.days_dynamodb import DAYS_KEPT, Day, DayOfSecret, DynamoDays
from nightlatch.adapters.counting.pages_dynamodb import FIRST_HOUR, first_page, pages_since
from nightlatch.adapters.table import Table
from nightlatch.domain.posture.counted_use import Span, Totals
from nightlatch.domain.posture.counts import Counts, beginning_of, hour_of
from nightlatch.domain.posture.use import HOURS_OF_DAY

_Pages = Mapping[DayOfSecret, list[tuple[int, Counts]]]  # with the hour of writing of each


class DynamoCounted:
    """The port `Counted` on the state table; pages are read once for each object.

    Args:
        table: The state table.
        now: The clock.
        days: How far back to look; no more are kept than 35.
    """

    def __init__(self, table: Table, *, now: Callable[[], datetime], days: int = DAYS_KEPT) -> None:
        self._table = table
        self._days = DynamoDays(table, now=now)
        self._now = now
        self._back = timedelta(days=min(days, DAYS_KEPT))
        self._pages: _Pages | None = None

    def span(self) -> Span | None:
        """Give the time in which was counted, None where nothing was."""
        gathered = self._days.gathered()
        first = first_page(self._table) if gathered is None else gathered.since
        if first is None:
            return None
        now = self._now()
        return Span(min(now, max(now - self._back, beginning_of(first))), now)

    def totals(self, secrets: Collection[str] | None = None) -> Totals:
        """Add up what was counted, of some secrets or of all."""
        totals = Totals()
        span = self.span()
        if span is not None:
            days = range(hour_of(span.since) // HOURS_OF_DAY, hour_of(span.until) // HOURS_OF_DAY + 1)
            for counts in self._parts(secrets, days):
                totals.add(span.cut(counts))
        return totals

    def _parts(self, secrets: Collection[str] | None, days: range) -> Iterator[Counts]:
        """Give the counts of each secret and day, whole."""
        pages = self._open_pages()
        left = {of for of in pages if of[1] in days and (secrets is None or of[0] in secrets)}
        for day in self._gathered(secrets, days):
            left.discard(day.of)
            for hour, more in pages.get(day.of, ()):
                if hour > day.through:  # else it stands in the day: somebody is gathering at this moment
                    day.counts.join(more)
            yield day.counts
        for of in left:
            yield _all(more for _, more in pages[of])

    def _gathered(self, secrets: Collection[str] | None, days: range) -> Iterator[Day]:
        if secrets is None:
            for day in days:
                yield from self._days.every(day)
        else:
            yield from self._days.of([(secret, day) for secret in secrets for day in days])

    def _open_pages(self) -> _Pages:
        """Read what was not gathered, by secret and day."""
        if self._pages is None:
            found: dict[DayOfSecret, list[tuple[int, Counts]]] = {}
            gathered = self._days.gathered()
            for hour, page in pages_since(self._table, FIRST_HOUR if gathered is None else gathered.through + 1):
                parts = page.by(lambda secret, hour: (secret, hour // HOURS_OF_DAY))
                for of, part in cast("Mapping[DayOfSecret, Counts]", parts).items():
                    found.setdefault(of, []).append((hour, part))
            self._pages = found
        return self._pages


def _all(parts: Iterator[Counts]) -> Counts:
    whole = Counts()
    for part in parts:
        whole.join(part)
    return whole
