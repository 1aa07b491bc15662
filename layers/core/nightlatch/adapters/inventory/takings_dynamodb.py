"""Inventories in DynamoDB, as they are taken: whole pages, and one item that says which of them count.

    pk                      sk                        holds                                 kept
    inventory               taking                    how far a taking has come, and whose  until it is finished
    inventory               taken                     the last that was finished            for ever
    inventory               change#<time>#<event id>  a replica made or cut loose           3 days
    inventory#<taking>      <page>                    a hundred secrets                     3 days

Whoever takes holds the taking for five minutes, for two at once would each keep half. A page that is written again is
the same page. An inventory that nobody renews is forgotten with its pages, and an alarm has told long before.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from nightlatch.adapters.codec import decode, encode
from nightlatch.adapters.stored_items import seconds, time_key
from nightlatch.adapters.table import Conflict, Table
from nightlatch.adapters.wire import Item
from nightlatch.domain.account.holding import Found
from nightlatch.domain.account.takings import HELD_FOR, Taking, is_due, is_given_up
from nightlatch.domain.errors import Unavailable

PARTITION, TAKING, TAKEN, CHANGE = "inventory", "taking", "taken", "change#"
PAGES_KEPT = timedelta(days=3)


class DynamoTakings:
    """The port `Takings` in the state table; one taker, so one object for one thread."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._held_until = 0

    def begin(self, now: datetime, *, at_once: bool) -> Taking | None:
        """Take over the taking that stopped, or begin one that is due."""
        found = self._table.get(PARTITION, TAKING)
        if found is not None and int(found["held_until"]) > seconds(now):
            return None
        taking = decode(Taking, str(found["taking"])) if found is not None else None
        if taking is None or is_given_up(taking, now):
            if not at_once and not is_due(self.last(), now):
                return None
            taking = Taking(id=time_key(now), begun_at=now)
        before = None if found is None else int(found["held_until"])
        return taking if self._hold(taking, before, seconds(now + HELD_FOR)) else None

    def keep(self, taking: Taking, page: int, found: Found) -> None:
        """Keep a page, then how far the taking has come: a crash between leaves a page that is written again."""
        self._table.put(
            {
                "pk": pages_of(taking.id),
                "sk": f"{page:06d}",
                "found": encode(found),
                "expires_at": seconds(taking.begun_at + PAGES_KEPT),
            }
        )
        self._still_hold(taking, self._held_until)

    def pause(self, taking: Taking) -> None:
        """Let the next one go on."""
        self._still_hold(taking, 0)

    def finish(self, taking: Taking) -> None:
        """Make this taking the inventory."""
        self._still_hold(taking, self._held_until)
        self._table.put({"pk": PARTITION, "sk": TAKEN, "taking": encode(taking)})
        self._table.delete(PARTITION, TAKING)

    def drop(self, taking: Taking) -> None:
        """Forget a taking; its pages go by themselves."""
        self._still_hold(taking, self._held_until)
        self._table.delete(PARTITION, TAKING)

    def last(self) -> Taking | None:
        """Give the last taking that was finished."""
        found = self._table.get(PARTITION, TAKEN)
        return None if found is None else decode(Taking, str(found["taking"]))

    def _still_hold(self, taking: Taking, until: int) -> None:
        if not self._hold(taking, self._held_until, until):
            raise Unavailable("somebody else goes on with this inventory; nothing is lost")

    def _hold(self, taking: Taking, before: int | None, until: int) -> bool:
        """Hold a taking until a time, if it is still held as it was before; None where nobody may hold one."""
        item: Item = {"pk": PARTITION, "sk": TAKING, "taking": encode(taking), "held_until": until}
        is_free = "attribute_not_exists(#pk)"
        try:
            if before is None:
                self._table.put(item, when=is_free)
            else:
                self._table.put(item, when="#held_until = :before", given={"before": before})
        except Conflict:
            return False
        self._held_until = until
        return True


def pages_of(taking: str) -> str:
    """Name the partition of a taking's pages."""
    return f"{PARTITION}#{taking}"
