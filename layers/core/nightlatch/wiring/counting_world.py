"""What counts reads in one process, and where it is written down."""

from __future__ import annotations

import secrets as entropy
from functools import partial

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.counting.counted_dynamodb import DynamoCounted
from nightlatch.adapters.counting.counting_baselines import CountingBaselines
from nightlatch.adapters.counting.days_dynamodb import DynamoDays
from nightlatch.adapters.counting.process_counts import ProcessCounts
from nightlatch.adapters.counting.uses import CountedUses
from nightlatch.adapters.history.trails_dynamodb import DynamoTrails
from nightlatch.adapters.inventory.holdings_dynamodb import DynamoHoldings
from nightlatch.adapters.table import Table
from nightlatch.domain.account.inventory import Inventory
from nightlatch.service.ports import Baselines


class CountingWorld:
    """The adapters that count, in the state table."""

    def __init__(self, state: Table, now: Clock) -> None:
        self._state = state
        self._now = now
        self._counted = ProcessCounts(entropy.token_hex(4), now=now)
        self.days = DynamoDays(state, now=now)

    def trails(self) -> DynamoTrails:
        """Give history that writes counts beside what it writes."""
        return DynamoTrails(self._state, self._counted)

    def uses(self) -> CountedUses:
        """Give how secrets are used, as an audit asks: what was not yet gathered is read once."""
        return CountedUses(DynamoCounted(self._state, now=self._now))

    def around(self, baselines: Baselines, holdings: DynamoHoldings, inventory: Inventory) -> CountingBaselines:
        """Count what baselines over that history observe."""
        return CountingBaselines(baselines, self._counted, self._state, partial(holdings.joined, inventory))
