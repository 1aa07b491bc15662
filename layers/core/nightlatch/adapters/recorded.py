"""Files what nobody is told of now by the day on which it was recorded, so that a digest has it however late it comes.

pk              sk          holds                                       kept
record#<day>    <finding>   a finding that nobody is told of now, why   90 days

A finding may be recorded again: because its events came twice, or because it grew. It stays where it was filed as long
as that day's digest was not asked for; what grew later is filed anew, and the same again is not. What ended more than a
week ago (old logs, judged again) is history, filed by the day on which it began: no digest asks for such a day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.codec import encode
from nightlatch.adapters.packing import packed
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Item
from nightlatch.domain.answering.summaries import DIGEST_DAYS
from nightlatch.domain.judging.findings import Finding

RECORDS_KEPT = timedelta(days=90)
ORDERED = "digest"  # the partition of the days whose digest was asked for
_DAY = timedelta(days=1)


def day_key(day: date) -> str:
    """Give the partition of what was recorded on a day."""
    return f"record#{day:%Y-%m-%d}"


class DynamoRecorded:
    """Writes what was recorded to the incident table."""

    def __init__(self, table: Table, *, now: Clock) -> None:
        self._table = table
        self._now = now

    def record(self, finding: Finding, why: str) -> None:
        """Keep a finding for history and digest; of two with one id the one with more behind it stays.

        Raises:
            Unavailable: The table could not be asked.
        """
        now = self._now()
        day = self._filed_on(finding, now)
        if day is None:
            return
        item: Item = {
            "pk": day_key(day),
            "sk": finding.id,
            "finding": packed(encode(finding)),
            "why": why,
            "weight": finding.count,
            "expires_at": int((max(now, finding.last_seen) + RECORDS_KEPT).timestamp()),
        }
        try:
            self._table.put(
                item, when="attribute_not_exists(#pk) OR #weight < :weight", given={"weight": finding.count}
            )
        except Conflict:
            return

    def _filed_on(self, finding: Finding, now: datetime) -> date | None:
        """Give the day by which a finding is filed; None where all of it was filed before."""
        today, began = now.astimezone(UTC).date(), finding.first_seen.astimezone(UTC).date()
        oldest = today - DIGEST_DAYS * _DAY
        if finding.last_seen.astimezone(UTC).date() < oldest:
            return began
        day = today - _DAY
        while day >= max(began, oldest):
            known = self._table.get(day_key(day), finding.id)
            if known is not None:
                if int(str(known.get("weight", 0))) >= finding.count:
                    return None
                return today if self._table.get(ORDERED, day.isoformat()) is not None else day
            day -= _DAY
        return today
