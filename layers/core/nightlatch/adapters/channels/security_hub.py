"""Keeps an incident's findings in Security Hub: imported, updated under the same id, resolved when nothing is left.

What a person has done with a finding there stays: an import cannot change a workflow, and nightlatch sets it only where
its own incident is settled, or open again after it had been (ruling 23), and the workflow stands as it left it. What
Security Hub does not take keeps no other finding of the incident from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nightlatch.adapters.channels.asff import SCHEMA, Hub, asff, finding_uid
from nightlatch.adapters.channels.document import moment
from nightlatch.adapters.channels.hub_calls import NEW, RESOLVED, HubCalls, refuse
from nightlatch.adapters.channels.place import remembered
from nightlatch.adapters.channels.text import plain
from nightlatch.adapters.clock import Clock
from nightlatch.domain.answering.changes import Change, changes_of
from nightlatch.domain.answering.circuits import Bulletin
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityHubChannel:
    """Security Hub of one account and Region."""

    client: Any  # boto3's of securityhub
    hub: Hub
    now: Clock

    @property
    def name(self) -> str:
        """The name in notices, routes and logs."""
        return "security-hub"

    @property
    def _calls(self) -> HubCalls:
        return HubCalls(self.client, self.hub)

    def show(
        self, incident: Incident, responses: Sequence[Response], place: str | None, notes: Sequence[str] = ()
    ) -> str | None:
        """Import the incident's findings as they stand, and set their workflow where that is ours to say.

        Raises:
            Undeliverable: Security Hub does not take a finding.
            Unavailable: It could not be asked.
        """
        del notes
        memory = remembered(place)
        uids = {finding_uid(incident.id, finding): finding for finding in incident.findings}
        left = self._calls.bring([asff(one, self.hub, uid=uid, updated_at=self.now()) for uid, one in uids.items()])
        taken = [uid for uid in uids if uid not in {one.uid for one in left}]
        resolved = Change.RESOLVED in changes_of(incident, responses, is_first=place is None)
        if resolved:
            left += self._calls.set_workflow(taken, RESOLVED, _why(responses), away_from=NEW)
        elif memory.is_resolved:
            left += self._calls.set_workflow(taken, NEW, f"{incident.id} is open again", away_from=RESOLVED)
        refuse(left, len(uids))
        return memory.with_told((), is_resolved=resolved).place

    def announce(self, bulletin: Bulletin) -> None:
        """Import, or resolve, a finding about a channel.

        Raises:
            Undeliverable: Security Hub does not take it.
            Unavailable: It could not be asked.
        """
        uid = f"{bulletin.key}/{bulletin.since:%Y%m%dT%H%M%SZ}"
        refuse(self._calls.bring([self._health(bulletin, uid)]), 1)
        if bulletin.is_over:
            refuse(self._calls.set_workflow([uid], RESOLVED, bulletin.text, away_from=NEW), 1)

    def _health(self, bulletin: Bulletin, uid: str) -> dict[str, object]:
        severity = {"Label": "MEDIUM", "Original": "MEDIUM"}
        types = ["Software and Configuration Checks"]
        return {
            "SchemaVersion": SCHEMA,
            "Id": uid,
            "ProductArn": self.hub.product_arn,
            "ProductName": "nightlatch",
            "GeneratorId": "nightlatch/channel",
            "AwsAccountId": self.hub.account_id,
            "Types": types,
            "CreatedAt": moment(bulletin.since),
            "UpdatedAt": moment(self.now()),
            "Severity": severity,
            "FindingProviderFields": {"Severity": severity, "Types": types},
            "Title": plain(bulletin.title, 256),
            "Description": plain(bulletin.text, 1_024),
            "Resources": [{"Type": "Other", "Id": f"nightlatch/channel/{bulletin.channel}", "Region": self.hub.region}],
            "RecordState": "ACTIVE",
        }


def _why(responses: Sequence[Response]) -> str:
    done = [f"{one.action.kind}: {one.state}" for one in responses if one.result]
    return "; ".join(done) or "nothing is left to decide"
