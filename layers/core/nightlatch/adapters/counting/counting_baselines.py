"""Counts what is observed, and leaves judging as it is: the port `Baselines` around another.

What is counted rides with what history writes. Where history has had nothing to write for five minutes, it is written
by itself; that a store refuses this holds no judging up, for it is pending and written later.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from nightlatch.adapters.counting.pages_dynamodb import item_of
from nightlatch.adapters.counting.process_counts import ProcessCounts
from nightlatch.adapters.table import Table
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.service.ports import Baselines


class CountingBaselines:
    """The port `Baselines`, counting.

    Args:
        baselines: Which remember and judge; their store lets counts ride.
        counted: What the process counts.
        table: The state table.
        inventory: Gives what is known of the account, which tells what an ARN means.
    """

    def __init__(
        self, baselines: Baselines, counted: ProcessCounts, table: Table, inventory: Callable[[], Inventory]
    ) -> None:
        self._baselines = baselines
        self._counted = counted
        self._table = table
        self._inventory = inventory

    def observe(self, events: Sequence[SecretEvent], own: Collection[str] = ()) -> Sequence[Baseline]:
        """Count every event, then remember it and give its baseline.

        Raises:
            Unavailable: The store could not be asked; the batch is to come again, and counts then.
        """
        self._counted.note(events, own, self._inventory().meant_by)
        try:
            known = self._baselines.observe(events, own)
        except Unavailable:
            self._counted.forget()
            raise
        self._counted.settle()
        self._write_what_waited()
        return known

    def learn(self, events: Sequence[SecretEvent]) -> None:
        """Take history in, which is not counted."""
        self._baselines.learn(events)

    def postpone(self, event: SecretEvent, rule_id: str, until: datetime) -> None:
        """Keep an event that a rule cannot judge yet."""
        self._baselines.postpone(event, rule_id, until)

    def due(self, now: datetime) -> Sequence[tuple[SecretEvent, str, Baseline]]:
        """Give the kept events whose time has come."""
        return self._baselines.due(now)

    def settle(self, event: SecretEvent, rule_id: str) -> None:
        """Forget a kept event that has been judged."""
        self._baselines.settle(event, rule_id)

    def _write_what_waited(self) -> None:
        pages = self._counted.pages(rides=False)
        try:
            self._table.put_all(map(item_of, pages))
        except Unavailable:
            return
        self._counted.written(pages)
