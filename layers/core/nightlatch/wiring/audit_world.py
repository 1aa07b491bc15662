"""The adapters of an audit: the account as it stands, the book, and who hears of what was found."""

from __future__ import annotations

import time
from dataclasses import dataclass

from nightlatch.adapters.aws_clients import Clients
from nightlatch.adapters.books.audit_notes import DynamoAuditNotes
from nightlatch.adapters.books.book_dynamodb import DynamoBook
from nightlatch.adapters.channels.asff import Hub
from nightlatch.adapters.channels.posture_hub import PostureHub
from nightlatch.adapters.clock import Clock
from nightlatch.adapters.counting.counted_dynamodb import DynamoCounted
from nightlatch.adapters.counting.uses import CountedUses
from nightlatch.adapters.inventory.holdings_dynamodb import DynamoHoldings
from nightlatch.adapters.posture.premises import AwsPremises
from nightlatch.adapters.posture.protections import KeptProtections
from nightlatch.adapters.table import Table
from nightlatch.config import Settings
from nightlatch.domain.answering.policy import Policy
from nightlatch.service.audit_news import NewsPorts
from nightlatch.service.audit_pages import Yardstick
from nightlatch.service.audit_ports import AuditPorts
from nightlatch.service.ports import Dispatch
from nightlatch.wiring.snapshot_world import SnapshotWorld

_ARN_PARTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditWorld:
    """What an audit needs of one process."""

    settings: Settings
    aws: Clients
    snapshots: SnapshotWorld
    holdings: DynamoHoldings
    dispatch: Dispatch
    now: Clock

    @property
    def notes(self) -> DynamoAuditNotes:
        """What has been told of which audit."""
        return DynamoAuditNotes(self._table(self.settings.incident_table), now=self.now)

    def book(self, policy: Policy) -> DynamoBook:
        """Give the book; without a daily audit none is due, and one that was begun is brought to its end."""
        hour = policy.audit.hour if policy.audit.is_daily else None
        return DynamoBook(self._table(self.settings.state_table), hour=hour)

    def auditing(self, policy: Policy) -> AuditPorts:
        """Give the account and the book; premises are made for each invocation, for they remember what they met."""
        region, account_id = self._place()
        premises = AwsPremises(
            Clients(retries="adaptive").of,
            account_id=account_id,
            region=region,
            uses=CountedUses(DynamoCounted(self._table(self.settings.state_table), now=self.now)),
            protections=KeptProtections(
                states=self.snapshots.metadata,
                copies=self.snapshots.copies,
                proofs=self.snapshots.proofs,
                policy=policy,
            ),
            now=self.now,
            stack=self.settings.stack or None,
            pause=_at_once if self.settings.clock else time.sleep,
        )
        return AuditPorts(premises, self.book(policy))

    def yardstick(self, policy: Policy) -> Yardstick:
        """Give what is judged by."""
        choices = policy.audit
        inventory = self.holdings.joined(policy.inventory)
        return Yardstick(limits=choices.limits, inventory=inventory, mutes=choices.mutes)

    def news(self, policy: Policy) -> NewsPorts:
        """Give who hears of it."""
        product = self.settings.security_hub
        hub = PostureHub(self.aws.of("securityhub"), Hub.of_product(product)) if product else None
        return NewsPorts(book=self.book(policy), notes=self.notes, dispatch=self.dispatch, hub=hub)

    def _place(self) -> tuple[str, str]:
        """Read Region and account off the ARN of the stack."""
        parts = self.settings.stack.split(":", _ARN_PARTS - 1)
        return (parts[3], parts[4]) if len(parts) == _ARN_PARTS else ("", "")

    def _table(self, name: str) -> Table:
        return Table(self.aws.of("dynamodb"), name)


def _at_once(_seconds: float) -> None:
    """Wait for nobody: the local stage has no quotas."""
