"""Incidents by when they began: an entry is written beside each incident that is opened, and never again.

    pk            sk                holds                                          kept
    incidents     <begin>#<id>      the id of the incident                         400 days after it began

An incident that grows backwards, because an earlier event came late, keeps its place. An entry whose incident is gone,
or was never written because a handler died, is passed over.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from nightlatch.adapters.codec import decode
from nightlatch.adapters.packing import unpacked
from nightlatch.adapters.stored_items import FIRST, LAST, time_key
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.errors import Unreadable

_LIST = "incidents"
_logger = logging.getLogger(__name__)


class DynamoIncidentList:
    """Reads the list."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def newest(self, most: int) -> list[Incident]:
        """Give the incidents that began last, the newest first.

        One that cannot be read is told and passed over: it must not hide the others.

        Raises:
            Unavailable: The table could not be asked.
        """
        entries = self._table.query(_LIST, since=FIRST, until=LAST, most=most, newest_first=True)
        keys = [(f"incident#{key_part(str(entry['id']))}", "incident") for entry in entries]
        return sorted(_readable(self._table.get_all(keys)), key=lambda one: (one.opened_at, one.id), reverse=True)


def _readable(items: Iterable[Item]) -> Iterator[Incident]:
    for item in items:
        try:
            yield decode(Incident, unpacked(item["incident"]))
        except Unreadable as failure:
            _logger.warning("stored incident cannot be read", extra={"pk": item["pk"], "why": str(failure)})


def listed(incident: Incident, item: Item) -> Item:
    """Give the entry of an incident that is stored as an item."""
    place = f"{time_key(incident.opened_at)}#{incident.id}"
    return {"pk": _LIST, "sk": place, "id": incident.id, "expires_at": item["expires_at"]}
