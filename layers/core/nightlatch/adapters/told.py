"""What each channel has told of an incident, in DynamoDB: marks of news and of details, and who tells now.

    pk               sk           holds                                             kept
    told#<incident>  <channel>    the marks, and until when one process tells       400 days

A process that died while it told is waited for until its lease runs out; what it had told is then told again, for
nobody knows of it. Never not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from time import sleep

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.packing import packed, unpacked
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.errors import Unavailable

LEASE = timedelta(seconds=60)
TOLD_KEPT = timedelta(days=400)
_LOOKS, _LOOK_AGAIN_S = 12, 0.25


class DynamoTold:
    """The port `Told` on the incident table."""

    def __init__(self, table: Table, *, now: Clock, pause: Callable[[float], None] = sleep) -> None:
        self._table = table
        self._now = now
        self._pause = pause

    def of(self, incident_id: str, channel: str) -> frozenset[str]:
        """Give the marks of what was told.

        Raises:
            Unavailable: The table could not be asked.
        """
        return _marks(self._table.get(_pk(incident_id), channel))

    def take(self, incident_id: str, channel: str) -> frozenset[str]:
        """Give the same, and keep others from telling until `keep`, a minute at most.

        Raises:
            Unavailable: Another process has been telling for too long, or the table could not be asked.
        """
        for _ in range(_LOOKS):
            found = self._table.get(_pk(incident_id), channel)
            if self._taken(incident_id, channel, found):
                return _marks(found)
            self._pause(_LOOK_AGAIN_S)
        raise Unavailable(f"incident {incident_id} is being told by another process; try again in a minute")

    def _taken(self, incident_id: str, channel: str, found: Item | None) -> bool:
        now = self._now()
        turn = self._item(incident_id, channel, _marks(found), until=now + LEASE)
        serial = int((found or {}).get("serial", 0))
        free = "attribute_not_exists(#pk) OR (#until <= :now AND #serial = :serial)"
        try:
            self._table.put(
                {**turn, "serial": serial + 1}, when=free, given={"now": _milliseconds(now), "serial": serial}
            )
        except Conflict:
            return False
        return True

    def keep(self, incident_id: str, channel: str, marks: Collection[str]) -> None:
        """Remember what was told now, and let the next process tell.

        Raises:
            Unavailable: The table could not be asked.
        """
        found = self._table.get(_pk(incident_id), channel)
        item = self._item(incident_id, channel, {*marks, *_marks(found)}, until=None)
        self._table.put({**item, "serial": int((found or {}).get("serial", 0)) + 1})

    def _item(self, incident_id: str, channel: str, marks: Collection[str], *, until: datetime | None) -> Item:
        return {
            "pk": _pk(incident_id),
            "sk": channel,
            "marks": packed("\n".join(sorted(marks))),
            "until": 0 if until is None else _milliseconds(until),
            "expires_at": int((self._now() + TOLD_KEPT).timestamp()),
        }


def _pk(incident_id: str) -> str:
    return f"told#{key_part(incident_id)}"


def _marks(found: Item | None) -> frozenset[str]:
    return frozenset(unpacked((found or {}).get("marks", "")).split("\n")) - {""}


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000)
