"""The adapters of an audit: the account as it stands, the book, and who hears of what was found."""

from __future__ import annotations

import time

from nightlatch.adapters.aws_clients import Clients
from nightlatch.adapters.books.book_dynamodb import DynamoBook
from nightlatch.adapters.channels.asff import Hub
from nightlatch.adapters.channels.posture_hub import PostureHub
from nightlatch.adapters.counting.counted_dynamodb import DynamoCounted
from nightlatch.adapters.counting.uses import CountedUses
from nightlatch.adapters.inventory.holdings_dynamodb import DynamoHoldings
from nightlatch.adapters.ledger.decoys import DynamoDecoys
from nightlatch.adapters.posture.premises import AwsPremises
from nightlatch.adapters.posture.protections import KeptProtections
from nightlatch.adapters.table import Table
from nightlatch.config import Settings
from nightlatch.domain.answering.policy import Policy
from nightlatch.service.audit_news import NewsPorts
from nightlatch.service.audit_pages import Yardstick
from nightlatch.service.audit_ports import AuditPorts
from nightlatch.wiring.world import World

_ARN_PARTS = 6


class AuditWorld:
    """What an audit needs of one process."""

    def __init__(self, settings: Settings, world: World) -> None:
        self._settings = settings
        self._world = world
        self._aws = Clients(retries="adaptive")
        self._state = Table(self._aws.of("dynamodb"), settings.state_table)
        self._decoys = DynamoDecoys(Table(self._aws.of("dynamodb"), settings.response_table))
        self._holdings = DynamoHoldings(self._state, tick=lambda: world.now().timestamp())

    def book(self, policy: Policy) -> DynamoBook:
        """Give the book; without a daily audit none is due, and one that was begun is brought to its end."""
        return DynamoBook(self._state, hour=policy.audit.hour if policy.audit.is_daily else None)

    def auditing(self, policy: Policy) -> AuditPorts:
        """Give the account and the book; premises are made for each invocation, for they remember what they met."""
        region, account_id = self._place()
        known = self._world.snapshots
        premises = AwsPremises(
            self._aws.of,
            account_id=account_id,
            region=region,
            uses=CountedUses(DynamoCounted(self._state, now=self._world.now)),
            protections=KeptProtections(states=known.metadata, copies=known.copies, proofs=known.proofs, policy=policy),
            now=self._world.now,
            stack=self._settings.stack or None,
            pause=_at_once if self._settings.clock else time.sleep,
        )
        return AuditPorts(premises, self.book(policy))

    def yardstick(self, policy: Policy) -> Yardstick:
        """Give what is judged by; whoever reads what was found must not learn which secrets are decoys."""
        inventory = self._holdings.joined(policy.inventory).with_decoys(self._decoys.all(), frozenset())
        return Yardstick(limits=policy.audit.limits, inventory=inventory, mutes=policy.audit.mutes)

    def news(self, policy: Policy) -> NewsPorts:
        """Give who hears of it."""
        product = self._settings.security_hub
        hub = PostureHub(self._aws.of("securityhub"), Hub.of_product(product)) if product else None
        world = self._world
        return NewsPorts(book=self.book(policy), notes=world.audit_notes, dispatch=world.dispatch, hub=hub)

    def _place(self) -> tuple[str, str]:
        """Read Region and account off the ARN of the stack."""
        parts = self._settings.stack.split(":", _ARN_PARTS - 1)
        return (parts[3], parts[4]) if len(parts) == _ARN_PARTS else ("", "")


def _at_once(_seconds: float) -> None:
    """Wait for nobody: the local stage has no quotas."""
