"""Keeps what audits find in Security Hub: brought up to date after each audit, resolved where it is fixed.

What a person has done with a finding there stays, for an import cannot change a workflow. Security Hub itself opens a
finding again that was resolved and fails once more.

Source: Security Hub API reference, Workflow (RESOLVED becomes NEW where the compliance changes from PASSED to FAILED,
WARNING or NOT_AVAILABLE) and BatchUpdateFindings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nightlatch.adapters.channels.asff import Hub
from nightlatch.adapters.channels.hub_calls import HubCalls
from nightlatch.adapters.channels.posture_asff import posture_asff
from nightlatch.domain.posture.reports import Kept, Standing


@dataclass(frozen=True, slots=True)
class PostureHub:
    """The port `FindingsHub` on Security Hub."""

    client: Any  # boto3's of securityhub
    hub: Hub

    def take(self, kept: Sequence[Kept], at: datetime) -> None:
        """Bring findings up to date, and resolve those that are fixed; what is muted is told as suppressed.

        Raises:
            Undeliverable: Security Hub does not take one of them.
            Unavailable: It could not be asked, or does not know one of them yet.
        """
        documents = [posture_asff(one, at=at) for one in kept]
        calls = HubCalls(self.client, self.hub)
        calls.bring(documents)
        standings = [one.standing for one in kept]
        fixed = [
            str(one["Id"]) for one, standing in zip(documents, standings, strict=True) if standing is Standing.FIXED
        ]
        calls.set_workflow(fixed, "RESOLVED", "the audit no longer finds it")
