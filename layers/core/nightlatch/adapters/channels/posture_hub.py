"""Keeps what audits find in Security Hub: brought up to date after each audit, resolved where it is fixed.

What a person has done with a finding there stays: an import cannot change a workflow, and it is set to resolved only
where it is new. Security Hub itself opens a finding again that was resolved and fails once more.

Source: Security Hub API reference, Workflow (RESOLVED becomes NEW where the compliance changes from PASSED to FAILED,
WARNING or NOT_AVAILABLE) and BatchUpdateFindings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nightlatch.adapters.channels.asff import Hub
from nightlatch.adapters.channels.hub_calls import NEW, RESOLVED, HubCalls
from nightlatch.adapters.channels.posture_asff import posture_asff, uid_of
from nightlatch.domain.posture.reports import Kept, Standing


@dataclass(frozen=True, slots=True)
class PostureHub:
    """The port `FindingsHub` on Security Hub."""

    client: Any  # boto3's of securityhub
    hub: Hub

    def take(self, kept: Sequence[Kept], at: datetime) -> Sequence[str]:
        """Bring findings up to date, and resolve those that are fixed; what is muted is told as suppressed.

        Raises:
            Undeliverable: Security Hub takes nothing from us.
            Unavailable: It could not be asked, or does not know one of them yet.
        """
        documents = {uid_of(one.finding): posture_asff(one, at=at) for one in kept}
        calls = HubCalls(self.client, self.hub)
        left = {one.uid: one.code for one in calls.bring([*documents.values()])}
        fixed = [uid for one in kept if one.standing is Standing.FIXED and (uid := uid_of(one.finding)) not in left]
        unresolved = calls.set_workflow(fixed, RESOLVED, "the audit no longer finds it", away_from=NEW)
        left |= {one.uid: one.code for one in unresolved}
        names = {uid_of(one.finding): f"{one.finding.check} on {one.finding.name}" for one in kept}
        return tuple(f"{names.get(uid, 'a finding')} ({code})" for uid, code in left.items())
