"""The adapters of what people are told and what they say: what was told where, and what they wish not to hear."""

from __future__ import annotations

import secrets as entropy
from functools import partial

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.adapters.ledger.declarations import DynamoDeclarations
from nightlatch.adapters.snoozes import DynamoSleepers
from nightlatch.adapters.table import Table
from nightlatch.adapters.told import DynamoTold
from nightlatch.service.approve import ApprovePorts
from nightlatch.service.choose import ChoosePorts
from nightlatch.service.ports import Dispatch, Ledger
from nightlatch.service.snooze import SnoozePorts
from nightlatch.service.vouch import VouchPorts


class PeopleWorld:
    """The adapters that stand on the incident table beside the incidents themselves."""

    def __init__(
        self, table: Table, responses: Table, incidents: DynamoIncidents, dispatch: Dispatch, now: Clock
    ) -> None:
        self._incidents = incidents
        self._dispatch = dispatch
        self.told = DynamoTold(table, now=now)
        self.sleepers = DynamoSleepers(table, incidents)
        self.declarations = DynamoDeclarations(responses)

    def snoozing(self) -> SnoozePorts:
        """Give what a snooze needs."""
        return SnoozePorts(incidents=self._incidents, sleepers=self.sleepers, dispatch=self._dispatch)

    def choosing(self, ledger: Ledger) -> ChoosePorts:
        """Give what the buttons of a message need."""
        vouching = VouchPorts(
            incidents=self._incidents,
            changing=self._incidents,
            declarations=self.declarations,
            dispatch=self._dispatch,
        )
        return ChoosePorts(
            incidents=self._incidents,
            approving=ApprovePorts(ledger=ledger, dispatch=self._dispatch),
            snoozing=self.snoozing(),
            vouching=vouching,
            mint=partial(entropy.token_urlsafe, 24),
        )
