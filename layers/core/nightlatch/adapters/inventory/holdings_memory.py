"""What the account holds, in memory: for a hunt, for the examples, for tests; the twin of `holdings_dynamodb.py`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from threading import Lock

from nightlatch.domain.account.holding import Found
from nightlatch.domain.account.holdings import NOTHING, Holdings
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.replications import NONE_SHOWN, Replication, Replications, replication_of
from nightlatch.domain.account.takings import HELD_FOR, Taking, is_due, is_given_up
from nightlatch.domain.event.events import SecretEvent


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
        holdings = self.found | inventory.holdings if self.found and inventory.holdings else None
        return replace(
            inventory, holdings=holdings or self.found or inventory.holdings, replications=self._replications
        )

    def tagged(self) -> Holdings:
        """Give of the inventory the secrets with a tag."""
        with self._lock:
            return replace(self.found, secrets=tuple(one for one in self.found.secrets if one.is_weighed))


class MemoryTakings:
    """The port `Takings` in memory: what is finished is what `MemoryHoldings` joins from then on."""

    def __init__(self, holdings: MemoryHoldings) -> None:
        self._holdings = holdings
        self._under_way: Taking | None = None
        self._held_until: datetime | None = None
        self._last: Taking | None = None
        self._pages: dict[int, Found] = {}

    def begin(self, now: datetime, *, at_once: bool) -> Taking | None:
        """Take over the taking that stopped, or begin one that is due."""
        if self._held_until is not None and self._held_until > now:
            return None
        if self._under_way is None or is_given_up(self._under_way, now):
            if not at_once and not is_due(self._last, now):
                return None
            self._under_way, self._pages = Taking(id=now.isoformat(), begun_at=now), {}
        self._held_until = now + HELD_FOR
        return self._under_way

    def keep(self, taking: Taking, page: int, found: Found) -> None:
        """Keep a page, and how far the taking has come."""
        self._pages[page], self._under_way = found, taking

    def pause(self, taking: Taking) -> None:
        """Let the next one go on."""
        self._under_way, self._held_until = taking, None

    def finish(self, taking: Taking) -> None:
        """Make this taking the inventory."""
        self._holdings.found = Holdings.of(self._pages.values(), taking.finished_at, begun_at=taking.begun_at)
        self._last, self._under_way, self._held_until = taking, None, None

    def drop(self, taking: Taking) -> None:
        """Forget a taking."""
        del taking
        self._under_way, self._held_until = None, None
