"""Builds everything once per process: the only place that knows which adapter stands behind which port.

A function asks for its own entry point and gets no more of the world than its role may touch. The
environment comes in as an argument, so a test wires the real thing to whatever it likes.
"""

from __future__ import annotations

import logging
import secrets as entropy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from nightlatch.adapters.aws_clients import Clients
from nightlatch.adapters.baselines import TrailBaselines
from nightlatch.adapters.clock import Clock, clock
from nightlatch.adapters.envelopes import parse_message
from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.adapters.ledger import DynamoLedger
from nightlatch.adapters.notices import DynamoNotices
from nightlatch.adapters.parameter_store import Parameter, SsmKillSwitch
from nightlatch.adapters.queues import SqsDispatch
from nightlatch.adapters.secrets_manager import AwsSecrets
from nightlatch.adapters.slack import SlackChannel, SlackCredentials, answer_privately, read_credentials
from nightlatch.adapters.slack_requests import Press, raw_body, read_press, verify
from nightlatch.adapters.sns import SnsChannel
from nightlatch.adapters.table import Table
from nightlatch.adapters.trails_dynamodb import DynamoTrails, DynamoWaits
from nightlatch.config import Settings, load_settings
from nightlatch.detections import CATALOGUE
from nightlatch.domain.errors import InvalidPolicy, MalformedRecord, NightlatchError
from nightlatch.domain.events import SecretEvent, Tick
from nightlatch.domain.policy import Policy
from nightlatch.domain.responses import Response
from nightlatch.policy_file import parse_stored_policy
from nightlatch.service.approve import ApprovePorts, press
from nightlatch.service.effects import LiveEffects
from nightlatch.service.notify import NotifyPorts, notify
from nightlatch.service.pipeline import Outcome, Ports, handle
from nightlatch.service.ports import MessageChannel, Notice
from nightlatch.service.respond import RespondPorts, respond

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JudgedBatch:
    """What a detector made of one SQS batch."""

    outcome: Outcome
    malformed: Mapping[str, str]  # message id -> why nobody can judge it
    failed: Sequence[str]  # message ids to deliver again, the malformed among them


@dataclass(frozen=True, slots=True)
class PressAnswer:
    """What the person who pressed a button is told."""

    text: str
    response: Response | None  # None: refused, nothing changed


def wire_detector(environ: Mapping[str, str]) -> Callable[[Sequence[Mapping[str, str]]], JudgedBatch]:
    """Build the detector: SQS messages in, judged and carried out."""
    world = _World(load_settings(environ))
    return partial(_judge_messages, world=world)


def wire_responder(environ: Mapping[str, str]) -> Callable[[str], Response]:
    """Build the responder: a response's id in, the response as it ended out."""
    world = _World(load_settings(environ))
    return lambda response_id: respond(response_id, policy=world.policy(), ports=world.responding(), now=world.now())


def wire_notifier(environ: Mapping[str, str]) -> Callable[[Notice], tuple[str, ...]]:
    """Build the notifier: a notice in, the names of the channels that showed it out."""
    world = _World(load_settings(environ))
    ports = NotifyPorts(
        incidents=world.incidents, ledger=world.ledger, notices=world.notices, channels=world.channels()
    )
    return lambda notice: notify(notice, ports=ports, now=world.now())


def wire_interactions(environ: Mapping[str, str]) -> Callable[[Mapping[str, object]], PressAnswer]:
    """Build the interactions endpoint: an API Gateway request in, what to tell the person out."""
    world = _World(load_settings(environ))
    ports = ApprovePorts(ledger=world.ledger, dispatch=world.dispatch)
    signing_secrets = world.slack().signing_secrets
    return partial(_answer_press, world=world, ports=ports, signing_secrets=signing_secrets)


class _World:
    """The adapters of one process, each made from the names that the environment gives."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._aws = Clients()
        self.now: Clock = clock(settings.clock)
        self._policy_parameter = Parameter(self._aws.of("ssm"), settings.policy_parameter)
        self._last_good: tuple[str, Policy] | None = None
        self.ledger = DynamoLedger(self._table(settings.response_table), now=self.now)
        self.incidents = DynamoIncidents(self._table(settings.incident_table), now=self.now)
        self.notices = DynamoNotices(self._table(settings.incident_table), now=self.now)
        self.dispatch = SqsDispatch(
            self._aws.of("sqs"), alerts_url=settings.alerts_queue_url, responses_url=settings.responses_queue_url
        )

    def judging(self, policy: Policy) -> Ports:
        """Give what judging needs under a policy."""
        state = self._table(self._settings.state_table)
        baselines = TrailBaselines(DynamoTrails(state), DynamoWaits(state), inventory=policy.inventory, now=self.now)
        effects = LiveEffects(
            incidents=self.incidents,
            ledger=self.ledger,
            dispatch=self.dispatch,
            mint=partial(entropy.token_urlsafe, 24),
        )
        return Ports(baselines=baselines, own=self.ledger, effects=effects)

    def responding(self) -> RespondPorts:
        """Give what acting needs; the brake is read anew each time."""
        brake = Parameter(self._aws.of("ssm"), self._settings.kill_switch_parameter)
        return RespondPorts(
            ledger=self.ledger,
            secrets=AwsSecrets(self._aws.of("secretsmanager"), self._aws.of("kms")),
            dispatch=self.dispatch,
            kill_switch=SsmKillSwitch(brake),
        )

    def _table(self, name: str) -> Table:
        return Table(self._aws.of("dynamodb"), name)

    def channels(self) -> tuple[MessageChannel, ...]:
        """Give the ways to people that the stack was given; SNS is always one of them."""
        sns = SnsChannel(client=self._aws.of("sns"), topic_arn=self._settings.topic_arn)
        if not self._settings.slack_secret_id:
            return (sns,)
        slack = SlackChannel(
            credentials=self.slack(), api_url=self._settings.slack_api_url, action_mode=self._settings.action_mode
        )
        return (slack, sns)

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
        """Give the policy as it stands; a bad new one leaves the last good one in force and is told in the log."""
        text = self._policy_parameter.read().text
        if self._last_good is not None and self._last_good[0] == text:
            return self._last_good[1]
        try:
            where = f"parameter {self._settings.policy_parameter}"
            policy = parse_stored_policy(text, where=where).to_domain(own_roles=self._settings.own_roles)
        except InvalidPolicy as error:
            if self._last_good is None:
                raise
            _LOGGER.error("policy refused; the last good one stays in force", extra={"reason": str(error)})  # noqa: TRY400 - the message says all; a traceback may quote the document
            policy = self._last_good[1]
        self._last_good = (text, policy)
        return policy


def _judge_messages(messages: Sequence[Mapping[str, str]], *, world: _World) -> JudgedBatch:
    now = world.now()
    batch: list[SecretEvent | Tick] = []
    malformed: dict[str, str] = {}
    bearers: dict[str, list[str]] = {}
    for message in messages:
        try:
            item = parse_message(message["body"], now=now)
        except MalformedRecord as error:
            malformed[message["messageId"]] = str(error)
            continue
        batch.append(item)
        if isinstance(item, SecretEvent):
            bearers.setdefault(item.event_id, []).append(message["messageId"])
    policy = world.policy()
    outcome = handle(batch, rules=CATALOGUE, policy=policy, ports=world.judging(policy), now=now)
    again = [message_id for event_id in sorted(outcome.failed) for message_id in bearers.get(event_id, ())]
    return JudgedBatch(outcome=outcome, malformed=malformed, failed=(*malformed, *again))


def _answer_press(
    event: Mapping[str, object], *, world: _World, ports: ApprovePorts, signing_secrets: Sequence[str]
) -> PressAnswer:
    body = raw_body(event)
    headers = event.get("headers")
    named = {str(k): str(v) for k, v in headers.items()} if isinstance(headers, Mapping) else {}
    now = world.now()
    verify(named, body, secrets=signing_secrets, now=now)
    pressed = read_press(body)
    answer = _press(pressed, world.policy(), ports, now)
    world.answer_privately(pressed.response_url, answer.text)
    return answer


def _press(pressed: Press, policy: Policy, ports: ApprovePorts, now: datetime) -> PressAnswer:
    try:
        response = press(
            pressed.button, slack_id=pressed.slack_id, signal=pressed.signal, policy=policy, ports=ports, now=now
        )
    except NightlatchError as refusal:
        return PressAnswer(text=f"Not done: {refusal}", response=None)
    text = f"{response.action.kind} of {response.action.secret.name}: {response.state}"
    return PressAnswer(text=text, response=response)
