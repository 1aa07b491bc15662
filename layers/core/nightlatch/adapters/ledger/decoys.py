"""Which secrets are decoys, in DynamoDB: where only nightlatch and its people look, and nothing on the secret shows it.

    pk        sk     holds                                  kept
    decoys    <id>   the decoy as JSON, and its revision    for ever; two days after it was deleted

A process of the detector reads them each half minute, and anew when somebody touches one: then it knows what was said
beforehand a moment ago.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from nightlatch.adapters.codec import encode
from nightlatch.adapters.stored_items import FIRST, LAST, readable, seconds
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Value
from nightlatch.domain.account.decoys import MOST_DECOYS, NONE_PLANTED, Decoy, Planted
from nightlatch.domain.errors import WorldMoved
from nightlatch.domain.event.events import SecretEvent

READ_AGAIN_AFTER_S = 30.0  # a decoy counts half a minute after it was planted
FORGOTTEN_AFTER = timedelta(days=2)
_LIST = "decoys"


class DynamoDecoys:
    """The port `Registry` on the response table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self) -> Planted:
        """Give every decoy, those that are leaving among them.

        Raises:
            Unavailable: The table could not be asked.
        """
        items = self._table.query(_LIST, since=FIRST, until=LAST, most=MOST_DECOYS)
        return Planted(decoys=tuple(one for _, one in readable(Decoy, items, "decoy")))

    def keep(self, decoy: Decoy) -> Decoy:
        """Write a decoy down as its next revision, if nobody has changed it since it was read; give it so.

        Raises:
            WorldMoved: Somebody else has, or has planted one under this name.
            Unavailable: The table could not be asked.
        """
        kept = replace(decoy, revision=decoy.revision + 1)
        item: dict[str, Value] = {"pk": _LIST, "sk": kept.id, "decoy": encode(kept), "revision": kept.revision}
        if kept.leaves_at is not None:
            item["expires_at"] = seconds(kept.leaves_at + FORGOTTEN_AFTER)
        try:
            if decoy.revision:
                self._table.put(item, when="#revision = :before", given={"before": decoy.revision})
            else:
                self._table.put(item, when="attribute_not_exists(#pk)")
        except Conflict:
            raise WorldMoved(f"somebody else changed the decoy {decoy.name} meanwhile; look at it again") from None
        return kept

    def forget(self, decoy: Decoy) -> None:
        """Remove an entry whose secret was never made; what somebody else made of it meanwhile stays.

        Raises:
            Unavailable: The table could not be asked.
        """
        with suppress(Conflict):
            self._table.delete(_LIST, decoy.id, when="#revision = :before", given={"before": decoy.revision})


class KnownDecoys:
    """What one process of the detector knows of decoys.

    Args:
        registry: Where they are written down.
        tick: A clock in seconds; where it has run back, what was read is taken for old.
    """

    def __init__(self, registry: DynamoDecoys, *, tick: Callable[[], float]) -> None:
        self._registry = registry
        self._tick = tick
        self._read_at: float | None = None
        self._known = NONE_PLANTED

    def around(self, events: Iterable[SecretEvent]) -> Planted:
        """Give the decoys as of half a minute ago at most; as of now, where an event touches one.

        Raises:
            Unavailable: The table could not be asked.
        """
        now = self._tick()
        is_old = self._read_at is None or not 0 <= now - self._read_at < READ_AGAIN_AFTER_S
        if is_old or any(self._known.among(event.secrets, event.at) for event in events):
            self._known = self._registry.all()
            self._read_at = now
        return self._known
