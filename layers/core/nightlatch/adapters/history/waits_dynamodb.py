"""Events that wait for a rule, in DynamoDB: one partition in order of time, emptied as they are judged.

    pk                      sk                        holds                                 kept
    waits                   <until>#<rule>#<event>    an event that a rule wants again      7 days after its time
    waits                   !<until>#<rule>#<event>   a sign of blindness, before them all  the same
    wait#<rule>#<event>     wait                      where it stands there                 the same

What is due is given two hundred at a time, so whoever makes enough events wait would decide how late the next one is: a
sign of blindness, which is due at once, stands before all others. The last item makes a wait one, however often it is
asked for, and says where to find it when it is settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from nightlatch.adapters.codec import encode
from nightlatch.adapters.history.trails import MOST_DUE
from nightlatch.adapters.stored_items import FIRST, LAST, readable, seconds, time_key
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.watching.signs import is_sign

WAITS_KEPT = timedelta(days=7)


class DynamoWaits:
    """Events that wait, in the state table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, event: SecretEvent, rule_id: str, until: datetime) -> None:
        """Keep an event until then."""
        lead = FIRST if is_sign(event) else ""
        place = key_part(f"{lead}{time_key(until)}#{rule_id}#{event.event_id}")
        expires_at = seconds(until + WAITS_KEPT)
        try:
            pointer: Item = {**_wait_key(event.event_id, rule_id), "place": place, "expires_at": expires_at}
            self._table.put(pointer, when="attribute_not_exists(#pk)")
        except Conflict as conflict:
            place = str(conflict.item["place"])  # written again: a crash may have kept the event from its place
        self._table.put(
            {
                "pk": "waits",
                "sk": place,
                "rule": rule_id,
                "event_id": event.event_id,
                "event": encode(event),
                "expires_at": expires_at,
            }
        )

    def due(self, now: datetime) -> Sequence[tuple[SecretEvent, str]]:
        """Give the events whose time has come, signs of blindness first, MOST_DUE at most.

        What was dropped and written again is cleared away.
        """
        items = self._table.query("waits", since=FIRST, until=f"{time_key(now)}{LAST}", most=MOST_DUE)
        keys = [_wait_key(str(item["event_id"]), str(item["rule"])) for item in items]
        pointers = self._table.get_all((str(key["pk"]), str(key["sk"])) for key in keys)
        places = {str(pointer["place"]) for pointer in pointers}
        for item in items:
            if item["sk"] not in places:
                self._table.delete("waits", str(item["sk"]))
        left = [item for item in items if item["sk"] in places]
        return tuple((event, str(item["rule"])) for item, event in readable(SecretEvent, left, "event"))

    def drop(self, event: SecretEvent, rule_id: str) -> None:
        """Forget an event: first what is due, so that a crash between leaves nothing that comes again."""
        key = _wait_key(event.event_id, rule_id)
        pointer = self._table.get(str(key["pk"]), str(key["sk"]))
        if pointer is None:
            return
        self._table.delete("waits", str(pointer["place"]))
        self._table.delete(str(key["pk"]), str(key["sk"]))


def _wait_key(event_id: str, rule_id: str) -> Item:
    return {"pk": key_part(f"wait#{rule_id}#{event_id}"), "sk": "wait"}
