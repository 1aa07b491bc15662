"""Events out of log files one after another, however many there are, and the account of the reading behind them.

Of each call that was written twice only what stands near is recognised: to remember every call would take the memory
that is saved here. `intake.take_in` holds everything and misses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from nightlatch.domain.event.events import SecretEvent
from nightlatch.service.intake import MOST_LISTED, FileRead, FileSkipped, Item, Malformed, Tally

MOST_REMEMBERED = 200_000  # calls


class Reading:
    """Goes through items once; the tally is of what was gone through."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = items
        self._known: dict[str, None] = {}
        self._skipped: list[FileSkipped] = []
        self._malformed: list[Malformed] = []
        self._unlisted = self._files = self._records = 0

    def batches(self, size: int) -> Iterator[tuple[SecretEvent, ...]]:
        """Give the events in batches."""
        events = self._events()
        while some := tuple(islice(events, size)):
            yield some

    @property
    def tally(self) -> Tally:
        """What was read and what was not."""
        return Tally(
            files=self._files,
            records=self._records,
            skipped=tuple(self._skipped),
            malformed=tuple(self._malformed),
            unlisted=self._unlisted,
        )

    def _events(self) -> Iterator[SecretEvent]:
        for item in self._items:
            match item:
                case SecretEvent():
                    if not item.is_twin and self._is_new(item):
                        yield item
                case Malformed() if len(self._malformed) < MOST_LISTED:
                    self._malformed.append(item)
                case Malformed():
                    self._unlisted += 1
                case FileSkipped():
                    self._skipped.append(item)
                    self._end(item.records)
                case FileRead():
                    self._end(item.records)

    def _end(self, records: int) -> None:
        self._files += 1
        self._records += records

    def _is_new(self, event: SecretEvent) -> bool:
        """Tell whether neither this call nor, where it is corrected, its first record was near."""
        names = [name for name in (event.shared_event_id or event.event_id, event.corrects) if name is not None]
        if any(name in self._known for name in names):
            return False
        if len(self._known) >= MOST_REMEMBERED:
            self._known = dict.fromkeys(islice(self._known, MOST_REMEMBERED // 2, None))
        self._known.update(dict.fromkeys(names))
        return True
