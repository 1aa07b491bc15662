"""The adapters of one process, each made from the names that the environment gives."""

from __future__ import annotations

import logging
import secrets as entropy
import time
from collections.abc import Callable, Sequence
from functools import partial

from nightlatch.adapters.acting.enquiries import AuditorEnquiries
from nightlatch.adapters.acting.hand import AwsHand
from nightlatch.adapters.acting.identities import AwsIdentities
from nightlatch.adapters.acting.keys import AwsKeys
from nightlatch.adapters.acting.sight import AwsSight
from nightlatch.adapters.aws_clients import Clients
from nightlatch.adapters.books.audit_notes import DynamoAuditNotes
from nightlatch.adapters.clock import Clock, clock
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.process_memory import ProcessMemory
from nightlatch.adapters.history.recent_readers import RecentReaders
from nightlatch.adapters.history.trails_dynamodb import DynamoTrails
from nightlatch.adapters.history.waits_dynamodb import DynamoWaits
from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.adapters.inventory.account import AwsAccount
from nightlatch.adapters.inventory.holdings_dynamodb import DynamoHoldings
from nightlatch.adapters.inventory.pointers import AwsPointers
from nightlatch.adapters.inventory.takings_dynamodb import DynamoTakings
from nightlatch.adapters.ledger.allowances import DynamoAllowances
from nightlatch.adapters.ledger.decoys import DynamoDecoys, KnownDecoys
from nightlatch.adapters.ledger.deeds import DynamoDeeds
from nightlatch.adapters.ledger.moves import DynamoMoves
from nightlatch.adapters.ledger.offers import DynamoOffers
from nightlatch.adapters.ledger.responses import DynamoLedger
from nightlatch.adapters.ledger.stored import Complaints
from nightlatch.adapters.notices import DynamoNotices
from nightlatch.adapters.parameter_store import Parameter, SsmKillSwitch
from nightlatch.adapters.queues import SqsDispatch
from nightlatch.adapters.secrets_manager import AwsSecrets
from nightlatch.adapters.slack.channel import SlackCredentials, answer_privately, read_credentials
from nightlatch.adapters.snapshots.descriptions import AwsDescriptions
from nightlatch.adapters.table import Table
from nightlatch.config import Settings
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.event.events import SecretEvent
from nightlatch.service.act_ports import RespondPorts
from nightlatch.service.effects import LiveEffects
from nightlatch.service.expire import ExpirePorts
from nightlatch.service.lapse import LapsePorts
from nightlatch.service.pipeline import Ports
from nightlatch.service.references import ReferencePorts
from nightlatch.service.stock_ports import StockPorts
from nightlatch.service.sweeping import SweepPorts, sweep
from nightlatch.wiring.counting_world import CountingWorld
from nightlatch.wiring.people_world import PeopleWorld
from nightlatch.wiring.policy_in_force import PolicyInForce
from nightlatch.wiring.snapshot_world import SnapshotWorld
from nightlatch.wiring.telling import Telling
from nightlatch.wiring.watching import WatchWorld

_LOGGER = logging.getLogger(__name__)


class World:
    """The adapters of one process, each made from the names that the environment gives."""

    def __init__(self, settings: Settings, *, reaches_back: bool = False) -> None:
        self._settings = settings
        self._aws = Clients()
        self.now: Clock = clock(settings.clock)
        parameter = Parameter(self._aws.of("ssm"), settings.policy_parameter)
        self.policies = PolicyInForce(parameter, settings, reaches_back=reaches_back)
        self._holdings = DynamoHoldings(self._table(settings.state_table), tick=lambda: self.now().timestamp())
        self._memory = ProcessMemory()
        self.counting = CountingWorld(self._table(settings.state_table), self.now)
        self.snapshots = SnapshotWorld(settings, self._aws, self.now)
        responses = self._table(settings.response_table)
        self.complaints = Complaints()
        self.ledger = DynamoLedger(responses, now=self.now)
        self.deeds = DynamoDeeds(responses, now=self.now, complaints=self.complaints)
        self.moves = DynamoMoves(responses, now=self.now)
        self.offers = DynamoOffers(responses, now=self.now, complaints=self.complaints)
        self.allowances = DynamoAllowances(responses, complaints=self.complaints)
        self._decoys = KnownDecoys(DynamoDecoys(responses), tick=lambda: self.now().timestamp())
        incidents = self._table(settings.incident_table)
        self.incidents = DynamoIncidents(incidents, now=self.now)
        self.notices = DynamoNotices(incidents, now=self.now)
        self.dispatch = SqsDispatch(
            self._aws.of("sqs"), alerts_url=settings.alerts_queue_url, responses_url=settings.responses_queue_url
        )
        self.watching = WatchWorld(settings, self._aws)
        self.audit_notes = DynamoAuditNotes(incidents, now=self.now)
        self.people = PeopleWorld(incidents, responses, self.incidents, self.dispatch, self.now)

    def judging(self, policy: Policy, events: Sequence[SecretEvent]) -> Ports:
        """Give what judging some events needs under a policy."""
        state = self._table(self._settings.state_table)
        planted, watchers = self._decoys.around(events), self._settings.own_roles | self._settings.auditor_roles
        inventory = policy.inventory.with_scanners(self._settings.auditor_roles).with_decoys(planted, watchers)
        baselines = TrailBaselines(
            self.counting.trails(),
            DynamoWaits(state),
            inventory=inventory,
            now=self.now,
            holdings=self._holdings,
            memory=self._memory,
        )
        own, said = self.watching.own(self.snapshots.own(self.deeds)), self.people.declarations
        counting = self.counting.around(baselines, self._holdings, inventory)
        return Ports(counting, own, self._effects(), allowances=self.allowances, declarations=said, planted=planted)

    def _effects(self) -> LiveEffects:
        return LiveEffects(
            incidents=self.incidents,
            ledger=self.ledger,
            offers=self.offers,
            dispatch=self.dispatch,
            mint=partial(entropy.token_urlsafe, 24),
            opened=self.people.watch,
        )

    def responding(self) -> RespondPorts:
        """Give what acting needs; the brake is read anew before each call."""
        return RespondPorts(
            ledger=self.ledger,
            deeds=self.deeds,
            moves=self.moves,
            offers=self.offers,
            sight=self._sight(),
            hand=AwsHand(
                clients=self._aws.of,
                copies=self.snapshots.copies,
                vault=self.snapshots.exit() if self.snapshots.has_vault else None,
            ),
            dispatch=self.dispatch,
            kill_switch=self._kill_switch(),
            enquiries=AuditorEnquiries(self._aws.of("lambda"), self._settings.auditor_function),
            mint=partial(entropy.token_urlsafe, 24),
            pause=time.sleep,
        )

    def _sight(self) -> AwsSight:
        manager = self._aws.of("secretsmanager")
        return AwsSight(
            secrets=AwsSecrets(manager, self._aws.of("kms")),
            descriptions=AwsDescriptions(manager),
            snapshots=self.snapshots.metadata,
            copies=self.snapshots.copies,
            identities=AwsIdentities(self._aws.of("iam")),
            keys=AwsKeys(self._aws.of("kms")),
            readers=RecentReaders(
                DynamoTrails(self._table(self._settings.state_table)),
                own_roles=self._settings.own_roles,
                now=self.now,
            ),
            states=self.snapshots.metadata,
            moves=self.moves,
        )

    def finding_references(self) -> ReferencePorts:
        """Give what looking for the users of an old ARN needs."""
        pointers = AwsPointers(
            DynamoTrails(self._table(self._settings.state_table)),
            self._aws.of("iam"),
            self._aws.of("lambda"),
            self._aws.of("secretsmanager"),
            own_roles=self._settings.own_roles,
        )
        return ReferencePorts(pointers=pointers, incidents=self.incidents, dispatch=self.dispatch)

    def expiring(self) -> ExpirePorts:
        """Give what ending offers needs."""
        return ExpirePorts(ledger=self.ledger, offers=self.offers, dispatch=self.dispatch)

    def lapsing(self) -> LapsePorts:
        """Give what putting guards back needs."""
        return LapsePorts(
            allowances=self.allowances,
            ledger=self.ledger,
            offers=self.offers,
            incidents=self.incidents,
            dispatch=self.dispatch,
            kill_switch=self._kill_switch(),
            mint=partial(entropy.token_urlsafe, 24),
        )

    def auditing(self) -> StockPorts:
        """Give what taking the inventory needs: the account beside its values, and a place for the pages."""
        account = AwsAccount(
            self._aws.of("secretsmanager"),
            self._aws.of("kms"),
            self._aws.of("lambda"),
            self._aws.of("cloudformation"),
            stack=self._settings.stack,
        )
        state = self._table(self._settings.state_table)
        return StockPorts(
            account=account,
            takings=DynamoTakings(state),
            before=DynamoHoldings(state).tagged,
            postpone=DynamoWaits(state).keep,
            sweep=partial(sweep, ports=self._sweeping()),
        )

    def _sweeping(self) -> SweepPorts:
        """Give what finding missed snapshots needs; pins are ordered as the detector orders them."""
        return SweepPorts(
            states=self.snapshots.metadata,
            keeper=self.snapshots.keeper_queue(),
            policy=self.policy,
            has_vault=self.snapshots.has_vault,
            order=lambda pins, policy, now: self._effects().carry_out(pins, policy=policy, now=now),
        )

    def _kill_switch(self) -> SsmKillSwitch:
        return SsmKillSwitch(Parameter(self._aws.of("ssm"), self._settings.kill_switch_parameter, kept_s=0))

    def _table(self, name: str) -> Table:
        return Table(self._aws.of("dynamodb"), name)

    def telling(self, on_failure: Callable[[str, str], None]) -> Telling:
        """Give the ways to people that the stack was given; SNS is always one of them."""
        return Telling(
            self._settings,
            self._aws,
            now=self.now,
            notices=self.notices,
            policy=self.policy,
            slack=self.slack,
            on_failure=on_failure,
        )

    def slack(self) -> SlackCredentials:
        """Read the Slack app's own credentials: the one secret whose value these two functions may see."""
        answer = self._aws.of("secretsmanager").get_secret_value(
            SecretId=self._settings.slack_secret_id, VersionStage="AWSCURRENT"
        )
        return read_credentials(answer["SecretString"])

    def answer_privately(self, response_url: str, text: str) -> None:
        """Tell the person who pressed, where Slack lets us."""
        if not answer_privately(response_url, text, api_url=self._settings.slack_api_url):
            _LOGGER.info("the person who pressed could not be told privately")

    def policy(self) -> Policy:
        """Give the policy in force."""
        return self.policies.policy()
