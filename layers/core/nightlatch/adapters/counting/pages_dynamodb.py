"""Pages of counts in DynamoDB, as processes write them, and how far they have been gathered into days.

    pk          sk                            holds                                    kept
    counted     <hour>#<process>#<number>     what a process counted since its last    7 days
    counted     !gathered                     the hours that stand in days             for ever

An hour is the hour of writing. It is closed a quarter of an hour after its end: what is written into it later is lost,
and nobody writes so late.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from nightlatch.adapters.counting.packed import pack, unpack
from nightlatch.adapters.counting.process_counts import Page
from nightlatch.adapters.stored_items import LAST, seconds
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item
from nightlatch.domain.errors import Unreadable
from nightlatch.domain.posture.counts import Counts, beginning_of

PARTITION, GATHERED = "counted", "!gathered"
PAGES_KEPT = timedelta(days=7)
FIRST_HOUR = 0
_DIGITS = 10
_logger = logging.getLogger(__name__)


def item_of(page: Page) -> Item:
    """Write a page."""
    return {
        "pk": PARTITION,
        "sk": f"{_hour_key(page.hour)}#{page.process}#{page.number:06d}",
        "counts": pack(page.counts),
        "expires_at": seconds(beginning_of(page.hour) + PAGES_KEPT),
    }


def pages_since(table: Table, hour: int, upto: int | None = None) -> Iterator[tuple[int, Counts]]:
    """Give what was written in the hours from one to another, both included, with the hour; a broken page is told.

    Raises:
        Unavailable: The table could not be asked.
    """
    until = LAST if upto is None else f"{_hour_key(upto)}{LAST}"
    for item in table.every(PARTITION, since=_hour_key(hour), until=until):
        counts = read_counts(item)
        if counts is not None:
            yield int(str(item["sk"])[:_DIGITS]), counts


def first_page(table: Table) -> int | None:
    """Give the hour of the oldest page."""
    found = table.query(PARTITION, since=_hour_key(FIRST_HOUR), until=LAST, most=1)
    return int(str(found[0]["sk"])[:_DIGITS]) if found else None


def read_counts(item: Item) -> Counts | None:
    """Read what an item holds; one that cannot be read is told and passed over."""
    packed = item.get("counts")
    try:
        return unpack(packed if isinstance(packed, bytes) else b"")
    except Unreadable as failure:
        _logger.warning("stored item cannot be read", extra={"pk": item["pk"], "sk": item["sk"], "why": str(failure)})
        return None


def closed_before(now: datetime) -> int:
    """Give the first hour that is still written into."""
    return int((now - timedelta(minutes=15)).timestamp()) // 3_600


def _hour_key(hour: int) -> str:
    return f"{hour:0{_DIGITS}d}"
