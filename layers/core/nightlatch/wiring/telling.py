"""The ways to people and machines that the stack was given, each made steady, and who hears of which incident."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from nightlatch.adapters.aws_clients import Clients
from nightlatch.adapters.channels.asff import Hub
from nightlatch.adapters.channels.broken import BrokenChannel
from nightlatch.adapters.channels.credentials import read_channels
from nightlatch.adapters.channels.eventbridge import EventBridgeChannel
from nightlatch.adapters.channels.security_hub import SecurityHubChannel
from nightlatch.adapters.circuits import DynamoCircuits
from nightlatch.adapters.clock import Clock
from nightlatch.adapters.slack.channel import SlackChannel, SlackCredentials
from nightlatch.adapters.sns import SnsChannel
from nightlatch.adapters.table import Table
from nightlatch.config import Settings
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.routes import Route
from nightlatch.domain.answering.routing import destination
from nightlatch.domain.errors import InvalidPolicy, Unavailable
from nightlatch.service.channel_ports import Channel
from nightlatch.service.ports import MessageChannel, Notices
from nightlatch.service.steady import SteadyPorts, steady
from nightlatch.wiring.at_once import within

_LOGGER = logging.getLogger(__name__)


class Telling:
    """The channels of one process; credentials are read once, and again as long as they cannot be used."""

    def __init__(  # noqa: PLR0913 - what channels are made of, once
        self,
        settings: Settings,
        aws: Clients,
        *,
        now: Clock,
        notices: Notices,
        policy: Callable[[], Policy],
        slack: Callable[[], SlackCredentials],
        on_failure: Callable[[str, str], None],
    ) -> None:
        self._settings = settings
        self._aws = aws
        self._now = now
        self._policy = policy
        self._slack = slack
        table = Table(aws.of("dynamodb"), settings.incident_table)
        self._ports = _steadiness(table, notices=notices, now=now, on_failure=on_failure)
        self._made = tuple(self._channels())

    def channels(self) -> tuple[MessageChannel, ...]:
        """Give every channel as it stands, in the order in which they are told."""
        self._mend()
        return steady(self._made, self._ports)

    def routed(self, incident: Incident) -> tuple[MessageChannel, ...]:
        """Give the channels that hear of an incident, by the routes of the policy as it stands."""
        broken = self._mend()
        chosen = destination(incident, self._routes(), [one.name for one in self._made])
        moved = [_moved(one, chosen.slack_channel) for one in self._made]
        return tuple(
            one for one in steady(moved, self._ports, others=self._made) if one.name in {*chosen.channels, *broken}
        )

    def _mend(self) -> frozenset[str]:
        """Make the channels anew where one is broken, for somebody may have mended the secret; give what was broken."""
        broken = frozenset(one.name for one in self._made if isinstance(one, BrokenChannel))
        if broken:
            self._made = tuple(self._channels())
        return broken

    def _routes(self) -> Sequence[Route]:
        """Give the operator's routes; where the policy cannot be read, everybody is told."""
        try:
            return self._policy().routes
        except (InvalidPolicy, Unavailable) as error:
            _LOGGER.warning("routes cannot be read; every channel is told", extra={"reason": str(error)})
            return ()

    def _channels(self) -> Sequence[Channel]:
        settings = self._settings
        found: list[Channel] = []
        if settings.slack_secret_id:
            found.extend(_readable("slack", self._of_slack))
        found.append(SnsChannel(client=self._aws.of("sns"), topic_arn=settings.topic_arn))
        if settings.channels_secret_id:
            found.extend(_readable("channels-secret", self._of_secret))
        if settings.event_bus:
            found.append(EventBridgeChannel(client=self._aws.of("events"), bus=settings.event_bus))
        if settings.security_hub:
            hub = Hub.of_product(settings.security_hub)
            found.append(SecurityHubChannel(client=self._aws.of("securityhub"), hub=hub, now=self._now))
        return found

    def _of_slack(self) -> Sequence[Channel]:
        settings = self._settings
        api_url, mode = settings.slack_api_url, settings.action_mode
        return (SlackChannel(credentials=self._slack(), api_url=api_url, action_mode=mode),)

    def _of_secret(self) -> Sequence[Channel]:
        """Read the credentials of the channels: one of the two secrets whose value the notifier may see."""
        answer = self._aws.of("secretsmanager").get_secret_value(
            SecretId=self._settings.channels_secret_id, VersionStage="AWSCURRENT"
        )
        return read_channels(str(answer["SecretString"]), action_mode=self._settings.action_mode, now=self._now)


def _steadiness(table: Table, *, notices: Notices, now: Clock, on_failure: Callable[[str, str], None]) -> SteadyPorts:
    return SteadyPorts(
        circuits=DynamoCircuits(table, now=now),
        notices=notices,
        now=now,
        tick=time.monotonic,
        pause=time.sleep,
        chance=random.random,  # no secret: it keeps processes from trying in step
        on_failure=on_failure,
        within=within,
    )


def _readable(name: str, make: Callable[[], Sequence[Channel]]) -> Sequence[Channel]:
    """Make channels; where their credentials cannot be read, one that says so and keeps nobody from being told."""
    try:
        return make()
    except InvalidPolicy as error:
        return (BrokenChannel(name, str(error)),)
    except Exception as error:  # noqa: BLE001 - whatever stands in the secret, the others are told; never its text
        return (BrokenChannel(name, f"its credentials cannot be read ({type(error).__name__})"),)


def _moved(channel: Channel, slack_channel: str) -> Channel:
    """Give the same channel, or Slack's other one; a message that stands elsewhere already is edited there."""
    if not slack_channel or not isinstance(channel, SlackChannel):
        return channel
    return replace(channel, credentials=replace(channel.credentials, channel=slack_channel))
