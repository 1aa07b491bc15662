"""How each channel has done lately, on the incident table, so that all processes leave a failing one alone.

pk                   sk         holds                                     kept
circuit#<channel>    circuit    how it does as JSON, its revision         90 days after its last change
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.codec import decode, encode
from nightlatch.adapters.stored_items import seconds
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Item
from nightlatch.domain.answering.circuits import Circuit
from nightlatch.domain.errors import Unreadable

CIRCUITS_KEPT = timedelta(days=90)


class DynamoCircuits:
    """The port `Circuits`: one item for each channel that ever failed."""

    def __init__(self, table: Table, *, now: Clock) -> None:
        self._table = table
        self._now = now

    def of(self, channel: str) -> Circuit:
        """Give how a channel has done; well, where nothing is known or can be read.

        Raises:
            Unavailable: The table could not be asked.
        """
        item = self._table.get(f"circuit#{channel}", "circuit")
        try:
            return decode(Circuit, str(item["circuit"])) if item else Circuit(channel=channel)
        except Unreadable:
            return Circuit(channel=channel, revision=int(item["revision"]) if item else 0)

    def move(self, circuit: Circuit, *, was: Circuit) -> bool:
        """Store how a channel does now; False where another process has written since.

        Raises:
            Unavailable: The table could not be asked.
        """
        item: Item = {
            "pk": f"circuit#{circuit.channel}",
            "sk": "circuit",
            "circuit": encode(circuit),
            "revision": circuit.revision,
            "expires_at": seconds(self._now() + CIRCUITS_KEPT),
        }
        unchanged = "#revision = :seen" if was.revision else "attribute_not_exists(#pk)"
        try:
            self._table.put(item, when=unchanged, given={"seen": was.revision} if was.revision else {})
        except Conflict:
            return False
        return True
