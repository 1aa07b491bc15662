"""Looks at what the channels need: their credentials' secrets, the topic's key, the bus, Security Hub, their circuits.

No value is read: DescribeSecret says whether a secret is there, waits to be deleted, and has a current version.

Source: Lambda API reference, GetFunctionConfiguration (Environment); Secrets Manager API reference, DescribeSecret
(DeletedDate, VersionIdsToStages); SNS API reference, GetTopicAttributes (KmsMasterKeyId); Security Hub API reference,
DescribeHub (InvalidAccessException where it is not on).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nightlatch.adapters.circuits import DynamoCircuits
from nightlatch.adapters.doctor.asking import Asker
from nightlatch.adapters.doctor.keys import key_seen
from nightlatch.adapters.watching.patient import Patient
from nightlatch.domain.answering.routes import ChannelName
from nightlatch.domain.watching.diagnosis import Line, Names
from nightlatch.domain.watching.doctor.channels import (
    CredentialsSeen,
    Failing,
    of_bus,
    of_circuits,
    of_credentials,
    of_hub,
    of_key,
)
from nightlatch.domain.watching.doctor.gaps import Gap, unseen

CREDENTIALS = {  # by the notifier's variable: what it is about, and the template's parameter
    "NIGHTLATCH_SLACK_SECRET_ID": ("credentials of Slack", "SlackSecretArn"),
    "NIGHTLATCH_CHANNELS_SECRET_ID": ("credentials of PagerDuty, Teams and webhook", "ChannelsSecretArn"),
}
BUS, HUB = "NIGHTLATCH_EVENT_BUS", "NIGHTLATCH_SECURITY_HUB"
_CURRENT = "AWSCURRENT"
_OTHERS = "NIGHTLATCH_CHANNELS_SECRET_ID"  # names a secret
_FROM = {  # which variable gives a channel; none for the topic, which every stack has
    ChannelName.SLACK.value: "NIGHTLATCH_SLACK_SECRET_ID",
    ChannelName.SNS.value: "",
    ChannelName.EVENTBRIDGE.value: BUS,
    ChannelName.SECURITY_HUB.value: HUB,
    ChannelName.PAGERDUTY.value: _OTHERS,
    ChannelName.TEAMS.value: _OTHERS,
    ChannelName.WEBHOOK.value: _OTHERS,
    "channels-secret": _OTHERS,  # stands for these three where their secret cannot be read
}


class Channels:
    """The channels of one stack.

    Args:
        ask: Asks AWS.
        patient: The stack.
        account: Of the stack.
        region: Of the stack.
    """

    def __init__(self, ask: Asker, patient: Patient, *, account: str, region: str) -> None:
        self._ask = ask
        self._patient = patient
        self._account = account
        self._region = region

    def lines(self, names: Names, circuits: DynamoCircuits) -> Iterator[Line]:
        """Judge each channel that the notifier was given; raises Refused and Unavailable of stack and table."""
        yield self._topic(names)
        notifier = self._patient.function("Notifier")
        given = self._variables(notifier) if notifier else Gap("the stack has no notifier")
        if isinstance(given, Gap):
            yield unseen("channels", given)
            return
        for variable, (about, parameter) in CREDENTIALS.items():
            yield of_credentials(about, self._credentials(given.get(variable, "")), parameter)
        bus = given.get(BUS, "")
        yield of_bus(bus, self._has_bus(bus) if bus else False)
        is_asked = bool(given.get(HUB))
        yield of_hub(is_asked=is_asked, is_on=self._is_hub_on() if is_asked else False)
        yield from of_circuits(list(_failing(given, circuits)))

    def _topic(self, names: Names) -> Line:
        about, lost = "key of the topic", "no alert and no alarm gets out by the topic"
        answer = self._ask.ask("sns:GetTopicAttributes", TopicArn=names.topic)
        if isinstance(answer, Gap):
            return of_key(about, answer, lost=lost)
        key = (answer or {}).get("Attributes", {}).get("KmsMasterKeyId", "")
        return of_key(about, key_seen(self._ask, key) if key else None, lost=lost)

    def _variables(self, function: str) -> Mapping[str, str] | Gap:
        answer = self._ask.ask("lambda:GetFunctionConfiguration", FunctionName=function)
        if answer is None:
            return Gap(f"the function {function} is gone")
        if isinstance(answer, Gap):
            return answer
        variables: Mapping[str, str] = answer.get("Environment", {}).get("Variables", {})
        return variables

    def _credentials(self, secret: str) -> CredentialsSeen | Gap | None:
        if not secret:
            return None
        answer = self._ask.ask("secretsmanager:DescribeSecret", SecretId=secret)
        if isinstance(answer, Gap):
            return answer
        if answer is None:
            return CredentialsSeen(secret=secret, is_there=False)
        stages = answer.get("VersionIdsToStages", {}).values()
        has_value = any(_CURRENT in some for some in stages)
        return CredentialsSeen(secret=secret, is_leaving="DeletedDate" in answer, has_value=has_value)

    def _has_bus(self, bus: str) -> bool | Gap | None:
        parts = bus.split(":")
        if len(parts) > 4 and parts[3:5] != [self._region, self._account]:  # noqa: PLR2004 - Region and account of an ARN
            return None
        answer = self._ask.ask("events:DescribeEventBus", Name=bus)
        return answer if isinstance(answer, Gap) else answer is not None

    def _is_hub_on(self) -> bool | Gap:
        answer = self._ask.ask("securityhub:DescribeHub")
        if isinstance(answer, Gap):
            return False if "(InvalidAccessException)" in answer.why else answer
        return answer is not None


def _failing(given: Mapping[str, str], circuits: DynamoCircuits) -> Iterator[Failing]:
    """Give the channels that fail now, of those that the stack still has."""
    for channel, variable in _FROM.items():
        if variable and not given.get(variable):
            continue
        circuit = circuits.of(channel)
        if circuit.is_failing:
            yield Failing(channel=channel, since=circuit.since, reason=circuit.reason)
