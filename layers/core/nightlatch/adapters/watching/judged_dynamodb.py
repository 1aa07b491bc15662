"""Which changes were judged, in the state table: what the event history is compared with.

    pk                  sk       holds                                        kept
    judged#<event id>   judged   nothing more                                 3 days
    heart               looked   where the last look through history ended    for ever

Reads are not noted: there are a thousand of them for each change, and no look compares them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from nightlatch.adapters.stored_items import seconds
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import key_part

NOTES_KEPT = timedelta(days=3)
_LOOKED = ("heart", "looked")


class DynamoJudged:
    """The port `Judged`, in the state table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, event_ids: Collection[str], at: datetime) -> None:
        """Remember that events were judged."""
        kept = seconds(at + NOTES_KEPT)
        self._table.put_all({"pk": _key(event_id), "sk": "judged", "expires_at": kept} for event_id in event_ids)

    def without(self, event_ids: Collection[str]) -> Collection[str]:
        """Give those of some events that were not."""
        by_key = {_key(event_id): event_id for event_id in event_ids}
        noted = {str(item["pk"]) for item in self._table.get_all((key, "judged") for key in by_key)}
        return [event_id for key, event_id in by_key.items() if key not in noted]

    def until(self) -> datetime | None:
        """Give where the last look through the history ended."""
        item = self._table.get(*_LOOKED)
        return None if item is None else datetime.fromisoformat(str(item["until"]))

    def looked(self, until: datetime) -> None:
        """Remember where a look through the history ended."""
        text = until.astimezone(UTC).isoformat(timespec="microseconds")
        self._table.put({"pk": _LOOKED[0], "sk": _LOOKED[1], "until": text})


def _key(event_id: str) -> str:
    return f"judged#{key_part(event_id)}"
