"""How far each audit has been told, and the message about it, in the incident table, where the notifier may look.

pk      sk               holds                                             kept
audit   <run>            whether it was told, how much of it exported      90 days
                         and what the hub refused of it
audit   <run>#message    the message, for the notifier                     90 days
"""

from __future__ import annotations

import json
from datetime import timedelta

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.codec import decode, encode
from nightlatch.adapters.stored_items import seconds
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item
from nightlatch.domain.answering.summaries import Summary
from nightlatch.service.audit_news import Spread

NOTES_KEPT = timedelta(days=90)
_PARTITION = "audit"


class DynamoAuditNotes:
    """The port `AuditNotes` on the incident table."""

    def __init__(self, table: Table, *, now: Clock) -> None:
        self._table = table
        self._now = now

    def spread(self, run_id: str) -> Spread:
        """Say how far an audit has been told."""
        found = self._table.get(_PARTITION, run_id)
        if found is None:
            return Spread()
        return Spread(
            is_told=bool(found["is_told"]),
            exported=int(found["exported"]),
            is_exported=bool(found["is_exported"]),
            refused=tuple(json.loads(str(found.get("refused", "[]")))),
            refused_count=int(found.get("refused_count", 0)),
        )

    def note(self, run_id: str, spread: Spread) -> None:
        """Note how far it has been told."""
        told = {"is_told": int(spread.is_told), "exported": spread.exported, "is_exported": int(spread.is_exported)}
        refused: Item = {"refused": json.dumps(spread.refused), "refused_count": spread.refused_count}
        self._table.put({"pk": _PARTITION, "sk": run_id, **told, **refused, "expires_at": self._expiry()})

    def keep(self, run_id: str, message: Summary) -> None:
        """Keep the message for the notifier."""
        item = {"pk": _PARTITION, "sk": f"{run_id}#message", "message": encode(message)}
        self._table.put({**item, "expires_at": self._expiry()})

    def message(self, run_id: str) -> Summary | None:
        """Give the message about an audit."""
        found = self._table.get(_PARTITION, f"{run_id}#message")
        return None if found is None else decode(Summary, str(found["message"]))

    def _expiry(self) -> int:
        return seconds(self._now() + NOTES_KEPT)
