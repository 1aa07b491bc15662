"""What the account holds, as the detectors of one stack read it: an inventory that was taken, and what changed since.

A process asks once a minute what counts now, in one query, and reads the pages only when that is another inventory. So
judging costs no call for it, and a change of replicas is known to the process that judged it at once, to the others
within the minute. The layout of the items stands in `takings_dynamodb.py`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta

from nightlatch.adapters.codec import encode
from nightlatch.adapters.inventory.takings_dynamodb import CHANGE, PARTITION, TAKEN, pages_of
from nightlatch.adapters.stored_items import FIRST, LAST, readable, seconds, time_key
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item, key_part
from nightlatch.domain.account.holding import Found, Holding
from nightlatch.domain.account.holdings import NOTHING, Holdings
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.replications import NONE_SHOWN, Replication, Replications, replication_of
from nightlatch.domain.account.takings import Taking
from nightlatch.domain.event.events import SecretEvent

READ_AGAIN_AFTER_S = 60.0
CHANGES_KEPT = timedelta(days=3)  # an inventory is taken each hour, and long before that it says the same
MOST_CHANGES = 1_000
MOST_PAGES = 6_000  # 600,000 secrets: AWS's quota is 500,000 in a Region
MOST_SECRETS = 20_000  # held in full; of more, only those of which something is known
_logger = logging.getLogger(__name__)


class DynamoHoldings:
    """The port `KeptHoldings` in the state table; made once for each process.

    Args:
        table: The state table.
        tick: A clock in seconds; where it has run back, what was read is taken for old.
    """

    def __init__(self, table: Table, *, tick: Callable[[], float] = time.monotonic) -> None:
        self._table = table
        self._tick = tick
        self._read_at: float | None = None
        self._taking: Taking | None = None
        self._found = NOTHING
        self._replications = NONE_SHOWN
        self._both: tuple[Holdings, Holdings, Holdings] = (NOTHING, NOTHING, NOTHING)

    def note(self, events: Collection[SecretEvent]) -> None:
        """Remember what events show of replicas."""
        news = [shown for event in events if (shown := replication_of(event)) is not None]
        if news:
            self._table.put_all(
                {
                    "pk": PARTITION,
                    "sk": key_part(f"{CHANGE}{time_key(one.at)}#{one.event_id}"),
                    "change": encode(one),
                    "expires_at": seconds(one.at + CHANGES_KEPT),
                }
                for one in news
            )
            self._read_at = None

    def joined(self, inventory: Inventory) -> Inventory:
        """Add what was found and noted to what the operator told."""
        now = self._tick()
        if self._read_at is None or not 0 <= now - self._read_at < READ_AGAIN_AFTER_S:
            self._read()
            self._read_at = now
        return replace(inventory, holdings=self._with(inventory.holdings), replications=self._replications)

    def last(self) -> tuple[Taking | None, Holdings]:
        """Give the inventory whole, and how it was taken."""
        taking = self._head()[0]
        return taking, NOTHING if taking is None else self._pages_of(taking, _every) or NOTHING

    def tagged(self) -> Holdings:
        """Give of the inventory the secrets with a tag: of hundreds of thousands a function could not hold all."""
        taking = self._head()[0]
        return NOTHING if taking is None else self._pages_of(taking, _is_weighed) or NOTHING

    def _with(self, told: Holdings) -> Holdings:
        """Join what the operator wrote with what was found; once for each pair, for look-ups are built anew."""
        if not told or not self._found:
            return self._found or told
        if self._both[:2] != (told, self._found):
            self._both = (told, self._found, self._found | told)
        return self._both[2]

    def _read(self) -> None:
        taking, self._replications = self._head()
        if taking is None or (self._taking is not None and taking.id == self._taking.id):
            return
        found = self._pages_of(taking, _says_something if taking.secrets > MOST_SECRETS else _every)
        if found is not None:
            self._taking, self._found = taking, found

    def _head(self) -> tuple[Taking | None, Replications]:
        items = self._table.query(PARTITION, since=CHANGE, until=TAKEN, most=MOST_CHANGES, newest_first=True)
        shown = tuple(one for _, one in readable(Replication, [item for item in items if "change" in item], "change"))
        heads = readable(Taking, [item for item in items if item["sk"] == TAKEN], "taking")
        return next((taking for _, taking in heads), None), Replications(shown)

    def _pages_of(self, taking: Taking, keeps: Callable[[Holding], bool]) -> Holdings | None:
        """Read the pages; None where some are gone, and what was known before stays."""
        items: list[Item] = self._table.query(pages_of(taking.id), since=FIRST, until=LAST, most=MOST_PAGES)
        pages = [
            replace(page, secrets=tuple(filter(keeps, page.secrets))) for _, page in readable(Found, items, "found")
        ]
        if len(pages) < taking.pages:
            _logger.warning("inventory has lost pages", extra={"pages": len(pages), "taken": taking.pages})
            return None
        return Holdings.of(pages, taking.finished_at, begun_at=taking.begun_at)


def _every(_listed: Holding) -> bool:
    return True


def _says_something(listed: Holding) -> bool:
    return listed.says_something


def _is_weighed(listed: Holding) -> bool:
    return listed.is_weighed
