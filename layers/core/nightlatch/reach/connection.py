"""What a verb reaches of its nightlatch, with the caller's own credentials."""

from __future__ import annotations

import secrets as entropy
import time
from datetime import datetime
from functools import partial
from typing import Any

import boto3

from nightlatch.adapters.acting.enquiries import AuditorEnquiries
from nightlatch.adapters.acting.hand import AwsHand
from nightlatch.adapters.acting.identities import AwsIdentities
from nightlatch.adapters.acting.keys import AwsKeys
from nightlatch.adapters.acting.sight import AwsSight
from nightlatch.adapters.brake import OFF
from nightlatch.adapters.clock import clock
from nightlatch.adapters.history.recent_readers import RecentReaders
from nightlatch.adapters.history.trails_dynamodb import DynamoTrails
from nightlatch.adapters.incident_list import DynamoIncidentList
from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.adapters.ledger.allowances import DynamoAllowances
from nightlatch.adapters.ledger.deeds import DynamoDeeds
from nightlatch.adapters.ledger.moves import DynamoMoves
from nightlatch.adapters.ledger.offers import DynamoOffers
from nightlatch.adapters.ledger.own_calls import DynamoOwnCalls
from nightlatch.adapters.ledger.responses import DynamoLedger
from nightlatch.adapters.parameter_store import Parameter, SsmKillSwitch
from nightlatch.adapters.queues import SqsDispatch
from nightlatch.adapters.secrets_manager import AwsSecrets
from nightlatch.adapters.snapshots.copies_dynamodb import DynamoCopies, DynamoProofs
from nightlatch.adapters.snapshots.descriptions import AwsDescriptions
from nightlatch.adapters.snapshots.metadata_dynamodb import DynamoSnapshots
from nightlatch.adapters.snapshots.requests import SqsDrills, SqsKeeperQueue
from nightlatch.adapters.table import Table
from nightlatch.config import Settings
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.errors import NightlatchError
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.policy_file import parse_stored_policy
from nightlatch.reach.clients import Clients
from nightlatch.service.act_ports import RespondPorts
from nightlatch.service.wish import WishPorts


class Connection:
    """The adapters of one verb, with the caller's own credentials."""

    def __init__(self, session: boto3.session.Session, endpoint: str | None, settings: Settings) -> None:
        self.settings = settings
        self._clock = clock(settings.clock)
        self._clients = Clients(session, endpoint)

    def now(self) -> datetime:
        """Give the time: the stage's own on the stage."""
        return self._clock()

    def client(self, service: str, *, marked: bool = True) -> Any:
        """Give the client of a service; the trail does not show the calls of one without a mark as nightlatch's."""
        return self._clients.client(service) if marked else self._clients.unmarked(service)

    def client_in(self, service: str, region: str) -> Any:
        """Give the client of a service in a Region; in that of the stack for an empty one."""
        return self._clients.elsewhere(service, region) if region else self._clients.client(service)

    @property
    def region(self) -> str:
        """The Region that is asked."""
        return self._clients.region

    @property
    def ledger(self) -> DynamoLedger:
        """The responses of this nightlatch."""
        return DynamoLedger(self._table(self.settings.response_table), now=self.now)

    @property
    def offers(self) -> DynamoOffers:
        """The responses that wait for somebody."""
        return DynamoOffers(self._table(self.settings.response_table), now=self.now)

    @property
    def allowances(self) -> DynamoAllowances:
        """The deletions that somebody allowed."""
        return DynamoAllowances(self._table(self.settings.response_table))

    @property
    def incidents(self) -> DynamoIncidents:
        """The open problems."""
        return DynamoIncidents(self._table(self.settings.incident_table), now=self.now)

    @property
    def incident_list(self) -> DynamoIncidentList:
        """All incidents, by when they began."""
        return DynamoIncidentList(self._table(self.settings.incident_table))

    def wishes(self) -> WishPorts:
        """Give where a wish is written down."""
        return WishPorts(
            ledger=self.ledger,
            offers=self.offers,
            incidents=self.incidents,
            mint=partial(entropy.token_urlsafe, 24),
        )

    def responding(self) -> RespondPorts:
        """Give what acting needs, with the caller's own rights."""
        return RespondPorts(
            ledger=self.ledger,
            deeds=DynamoDeeds(self._table(self.settings.response_table), now=self.now),
            moves=self.moves,
            offers=self.offers,
            sight=self.sight,
            hand=AwsHand(clients=self.client, copies=self.copies),
            dispatch=self.dispatch,
            kill_switch=self.kill_switch,
            enquiries=AuditorEnquiries(self.client("lambda"), self.settings.auditor_function),
            mint=partial(entropy.token_urlsafe, 24),
            pause=time.sleep,
        )

    @property
    def sight(self) -> AwsSight:
        """What acts look at, with the caller's own rights."""
        return AwsSight(
            secrets=self.secrets,
            descriptions=AwsDescriptions(self.client("secretsmanager")),
            snapshots=self.snapshots,
            copies=self.copies,
            identities=self.identities,
            keys=AwsKeys(self.client("kms")),
            readers=self.readers,
            states=self.snapshots,
            moves=self.moves,
        )

    @property
    def readers(self) -> RecentReaders:
        """Who has read a secret lately."""
        return RecentReaders(self.trails, own_roles=self.settings.own_roles, now=self.now)

    @property
    def moves(self) -> DynamoMoves:
        """What secrets were before they were created again."""
        return DynamoMoves(self._table(self.settings.response_table), now=self.now)

    @property
    def identities(self) -> AwsIdentities:
        """IAM with the caller's own rights."""
        return AwsIdentities(self.client("iam"))

    @property
    def snapshots(self) -> DynamoSnapshots:
        """What the metadata of secrets were."""
        return DynamoSnapshots(self._table(self.settings.snapshot_table))

    @property
    def copies(self) -> DynamoCopies:
        """What is known of the vault's copies."""
        return DynamoCopies(self._table(self.settings.snapshot_table), now=self.now)

    @property
    def proofs(self) -> DynamoProofs:
        """What the restore drills found."""
        return DynamoProofs(self._table(self.settings.snapshot_table))

    @property
    def drills(self) -> SqsDrills:
        """The way to have copies opened."""
        return SqsDrills(self.client("sqs"), self.settings.responses_queue_url)

    @property
    def own_calls(self) -> DynamoOwnCalls:
        """By whose word this nightlatch did what it did."""
        return DynamoOwnCalls(self._table(self.settings.response_table))

    @property
    def keeper(self) -> SqsKeeperQueue:
        """The way to have the keeper look at secrets."""
        return SqsKeeperQueue(self.client("sqs"), self.settings.keeper_queue_url)

    @property
    def trails(self) -> DynamoTrails:
        """The history of this nightlatch."""
        return DynamoTrails(self.state)

    @property
    def state(self) -> Table:
        """The table of history and inventory."""
        return self._table(self.settings.state_table)

    @property
    def dispatch(self) -> SqsDispatch:
        """The queues of this nightlatch."""
        urls = self.settings
        return SqsDispatch(self.client("sqs"), alerts_url=urls.alerts_queue_url, responses_url=urls.responses_queue_url)

    @property
    def secrets(self) -> AwsSecrets:
        """Secrets Manager with the caller's own rights."""
        return AwsSecrets(self.client("secretsmanager"), self.client("kms"))

    @property
    def kill_switch(self) -> SsmKillSwitch:
        """The brake."""
        return SsmKillSwitch(Parameter(self.client("ssm"), self.settings.kill_switch_parameter, kept_s=0))

    def paused(self) -> str:
        """Give what the brake says where it is on; nothing where one may not look: the responder looks for itself."""
        try:
            text = Parameter(self.client("ssm"), self.settings.kill_switch_parameter, kept_s=0).read().text
        except NightlatchError:
            return ""
        return "" if text.strip().lower() == OFF else text or "its parameter is empty"

    @property
    def own_roles(self) -> frozenset[str]:
        """The roles of this nightlatch that touch secrets; of an older stack the one that acts is known alone."""
        return self.settings.own_roles | ({self.settings.acting_role} - {""})

    def policy(self) -> Policy:
        """Give the policy in force.

        Raises:
            InvalidPolicy: The stored document is wrong.
            Unavailable: It could not be read.
        """
        text = Parameter(self.client("ssm"), self.settings.policy_parameter).read().text
        where = f"parameter {self.settings.policy_parameter}"
        return parse_stored_policy(text, where=where).to_domain(
            own_roles=self.own_roles, acting_role=self.settings.acting_role
        )

    def caller(self) -> Principal:
        """Tell who the credentials belong to.

        Raises:
            Unavailable: There are none, or they are not valid.
        """
        return self._clients.caller()

    def secret(self, text: str) -> SecretRef:
        """Refer to a secret as the caller names it, in the caller's account and Region."""
        account = self.caller().account_id or ""
        return secret_ref(text, account_id=account, region=self._clients.region)

    def _table(self, name: str) -> Table:
        return Table(self.client("dynamodb"), name)
