"""Which change of an incident was shown where, in DynamoDB: a claim is a lease, so that a crash does not silence it.

pk                   sk          holds                                      kept
notice#<incident>    <mark>      claimed until, or shown                    90 days
thread#<incident>    <channel>   where the channel holds the message, or    400 days
                                 until when somebody posts it first
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from time import sleep

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.stored_items import FIRST, LAST
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.errors import Unavailable
from nightlatch.service.ports import Notice

LEASE = timedelta(seconds=60)  # longer than a channel takes to answer
_LOOKS, _LOOK_AGAIN_S = 12, 0.25  # for the place of a message that another process is posting: three seconds
NOTICES_KEPT = timedelta(days=90)
THREADS_KEPT = timedelta(days=400)


class DynamoNotices:
    """The port `Notices` on the incident table."""

    def __init__(self, table: Table, *, now: Clock, pause: Callable[[float], None] = sleep) -> None:
        self._table = table
        self._now = now
        self._pause = pause

    def claim(self, notice: Notice, now: datetime) -> bool:
        """Take a notice to show it; False when it was shown.

        Raises:
            Unavailable: Another process shows it now, or the table could not be asked.
        """
        item: Item = {
            **_key(notice),
            "state": "claimed",
            "until": _milliseconds(now + LEASE),
            "expires_at": _seconds(now + NOTICES_KEPT),
        }
        free = "attribute_not_exists(#pk) OR (#state = :claimed AND #until <= :now)"
        try:
            self._table.put(item, when=free, given={"claimed": "claimed", "now": _milliseconds(now)})
        except Conflict as conflict:
            if conflict.item.get("state") == "shown":
                return False
            raise Unavailable(
                f"incident {notice.incident_id} is being shown by another process; try again in a minute"
            ) from None
        return True

    def shown(self, notice: Notice) -> None:
        """Mark a claimed notice as shown.

        Raises:
            Unavailable: The table could not be asked.
        """
        self._table.put({**_key(notice), "state": "shown", "expires_at": _seconds(self._now() + NOTICES_KEPT)})

    def shown_on(self, incident_id: str, *, since: int = 0) -> tuple[str, ...]:
        """Name the channels that have shown a revision of an incident.

        Args:
            incident_id: Which incident.
            since: The earliest revision that counts; any by default.

        Raises:
            Unavailable: The table could not be asked.
        """
        items = self._table.every(f"notice#{key_part(incident_id)}", since=FIRST, until=LAST)
        marks = (str(item["sk"]).rpartition("-revision-") for item in items if item.get("state") == "shown")
        shown = {channel for channel, is_one, number in marks if is_one and number.isdigit() and int(number) >= since}
        return tuple(sorted(shown))

    def thread(self, incident_id: str, channel: str) -> str | None:
        """Give where a channel holds the incident's message, None to who may post it first.

        Raises:
            Unavailable: Another process is posting it, or the table could not be asked.
        """
        key: Item = {"pk": f"thread#{key_part(incident_id)}", "sk": channel}
        for _ in range(_LOOKS):
            item = self._table.get(str(key["pk"]), channel)
            if item and "place" in item:
                return str(item["place"])
            if self._take_turn(key):
                return None
            self._pause(_LOOK_AGAIN_S)
        raise Unavailable(f"incident {incident_id} is being posted by another process; try again in a minute")

    def _take_turn(self, key: Item) -> bool:
        now = self._now()
        turn: Item = {**key, "until": _milliseconds(now + LEASE), "expires_at": _seconds(now + THREADS_KEPT)}
        free = "attribute_not_exists(#pk) OR (attribute_not_exists(#place) AND #until <= :now)"
        try:
            self._table.put(turn, when=free, given={"now": _milliseconds(now)})
        except Conflict:
            return False
        return True

    def remember(self, incident_id: str, channel: str, place: str | None) -> None:
        """Keep where a channel holds the incident's message, or let somebody else post it first.

        Raises:
            Unavailable: The table could not be asked.
        """
        held: Item = {"until": 0} if place is None else {"place": place}
        kept = _seconds(self._now() + THREADS_KEPT)
        self._table.put({"pk": f"thread#{key_part(incident_id)}", "sk": channel, **held, "expires_at": kept})


def _key(notice: Notice) -> Item:
    return {"pk": f"notice#{key_part(notice.incident_id)}", "sk": key_part(notice.mark)}


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
