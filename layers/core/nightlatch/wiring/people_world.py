"""The adapters of what people are told and what they say: what was told where, and what they wish not to hear."""

from __future__ import annotations

import secrets as entropy
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.digests import DynamoDigests
from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.adapters.ledger.declarations import DynamoDeclarations
from nightlatch.adapters.snoozes import DynamoSleepers
from nightlatch.adapters.storms import DynamoStorms
from nightlatch.adapters.table import Table
from nightlatch.adapters.told import DynamoTold
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.policy import Policy
from nightlatch.service.approve import ApprovePorts
from nightlatch.service.choose import ChoosePorts
from nightlatch.service.ports import Dispatch, Ledger, MessageChannel, Notices
from nightlatch.service.snooze import SnoozePorts, wake
from nightlatch.service.storms import StormPorts, look_at_the_weather, watch
from nightlatch.service.summarise import SummaryPorts, order_digest
from nightlatch.service.summary_ports import AuditMessages
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
        self.digests = DynamoDigests(table, now=now)
        storms = DynamoStorms(table, now=now)
        self.storms = StormPorts(storms=storms, held_back=storms, dispatch=dispatch)
        self.declarations = DynamoDeclarations(responses)

    def snoozing(self) -> SnoozePorts:
        """Give what a snooze needs."""
        return SnoozePorts(incidents=self._incidents, sleepers=self.sleepers, dispatch=self._dispatch)

    def watch(self, incident: Incident, policy: Policy, now: datetime) -> None:
        """Note that an incident opened."""
        watch(incident, policy, self.storms, now)

    def tick(self, policy: Policy, now: datetime) -> None:
        """Wake what has slept long enough, order the digest whose hour has come, and look at the weather."""
        wake(self.snoozing(), now)
        order_digest(self.digests, self._dispatch, policy, now)
        look_at_the_weather(policy, self.storms, now)  # last: the end of a storm may take all the time there is

    def summaries(
        self, notices: Notices, channels: Callable[[], Sequence[MessageChannel]], audits: AuditMessages
    ) -> SummaryPorts:
        """Give what telling summaries needs."""
        return SummaryPorts(
            digests=self.digests,
            storms=self.storms.storms,
            held_back=self.storms.held_back,
            notices=notices,
            channels=channels,
            audits=audits,
        )

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
