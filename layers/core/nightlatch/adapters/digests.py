"""The day's records in DynamoDB, and which digests were asked for.

pk              sk          holds                                       kept
record#<day>    <finding>   a finding that nobody was told of, and why  90 days (written by `recorded.py`)
digest          <day>       that the day's digest was asked for         90 days
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.codec import decode
from nightlatch.adapters.packing import unpacked
from nightlatch.adapters.recorded import ORDERED, RECORDS_KEPT, day_key
from nightlatch.adapters.table import Table
from nightlatch.domain.errors import Unreadable
from nightlatch.domain.judging.findings import Finding

_logger = logging.getLogger(__name__)


class DynamoDigests:
    """The port `Digests` on the incident table."""

    def __init__(self, table: Table, *, now: Clock) -> None:
        self._table = table
        self._now = now
        self._ordered: set[date] = set()  # for good: the tick asks for each of the last days each minute

    def recorded(self, day: date) -> Sequence[Finding]:
        """Give the findings that were recorded on a day; one that cannot be read is told in the log and left out.

        Raises:
            Unavailable: The table could not be asked.
        """
        found: list[Finding] = []
        for item in self._table.every(day_key(day), since="!", until="~"):
            try:
                found.append(decode(Finding, unpacked(item["finding"])))
            except Unreadable as failure:
                _logger.warning("stored finding cannot be read", extra={"sk": item["sk"], "why": str(failure)})
        return found

    def has_any(self, day: date) -> bool:
        """Tell whether anything was recorded on a day.

        Raises:
            Unavailable: The table could not be asked.
        """
        return bool(self._table.query(day_key(day), since="!", until="~", most=1))

    def is_ordered(self, day: date) -> bool:
        """Tell whether a day's digest was asked for.

        Raises:
            Unavailable: The table could not be asked.
        """
        if day not in self._ordered and self._table.get(ORDERED, day.isoformat()) is not None:
            self._ordered.add(day)
        return day in self._ordered

    def order(self, day: date) -> None:
        """Note that a day's digest was asked for.

        Raises:
            Unavailable: The table could not be asked.
        """
        kept = int((self._now() + RECORDS_KEPT).timestamp())
        self._table.put({"pk": ORDERED, "sk": day.isoformat(), "expires_at": kept})
