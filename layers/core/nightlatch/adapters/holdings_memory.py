"""What the account holds, in memory: for a hunt, for the examples, for tests; the twin of `holdings_dynamodb.py`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from threading import Lock

from nightlatch.domain.events import SecretEvent
from nightlatch.domain.holdings import NOTHING, Holdings
from nightlatch.domain.inventory import Inventory
from nightlatch.domain.replications import NONE_SHOWN, Replication, Replications, replication_of


class MemoryHoldings:
    """What was found and what was noted, as long as the process lives; safe to share between threads."""

    def __init__(self, found: Holdings = NOTHING) -> None:
        self._lock = Lock()
        self.found = found
        self._noted: dict[str, Replication] = {}
        self._replications = NONE_SHOWN

    def note(self, events: Collection[SecretEvent]) -> None:
        """Remember what events show of replicas."""
        news = {event.event_id: shown for event in events if (shown := replication_of(event)) is not None}
        if news:
            with self._lock:
                self._noted.update(news)
                self._replications = Replications(tuple(self._noted.values()))

    def joined(self, inventory: Inventory) -> Inventory:
        """Add what was found and noted to what the operator told."""
        holdings = inventory.holdings | self.found if self.found and inventory.holdings else None
        return replace(
            inventory, holdings=holdings or self.found or inventory.holdings, replications=self._replications
        )
