"""The notifier's channels are those that the stack was given; what cannot be read is loud and in nobody's way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from builders import a_finding, an_incident
from nightlatch.config import load_settings
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.summaries import Summary
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.judging.findings import Severity
from nightlatch.service.summary_ports import Summariser
from nightlatch.wiring.telling import Telling
from nightlatch.wiring.world import World
from worlds import a_client, a_table, on_moto

POLICY = "/nightlatch/test/policy"
CHANNELS = {
    "pagerduty": {"routing_key": "k" * 32},
    "teams": {"url": "https://example.com/workflow"},
    "webhook": {"url": "https://example.com/in", "signing_keys": ["s" * 16]},
}
SLACK = {"token": "t", "channel": "C0USUAL", "signing_secret": "s" * 32}


@dataclass
class Stack:
    """What a stack was given."""

    table: str
    failures: list[tuple[str, str]] = field(default_factory=list)

    def secret(self, name: str, document: object) -> None:
        text = document if isinstance(document, str) else json.dumps(document)
        manager = a_client("secretsmanager")
        known = [one["Name"] for one in manager.list_secrets()["SecretList"]]
        if name in known:
            manager.put_secret_value(SecretId=name, SecretString=text)
        else:
            manager.create_secret(Name=name, SecretString=text)

    def policy(self, **parts: Any) -> None:
        text = json.dumps({"version": 1, **parts})
        a_client("ssm").put_parameter(Name=POLICY, Value=text, Type="String", Overwrite=True)

    def telling(self, **variables: str) -> Telling:
        names = {
            "NIGHTLATCH_INCIDENT_TABLE": self.table,
            "NIGHTLATCH_TOPIC_ARN": "arn:aws:sns:eu-west-1:111122223333:t",
            "NIGHTLATCH_POLICY_PARAMETER": POLICY,
            "NIGHTLATCH_SLACK_SECRET_ID": "slack",
            "NIGHTLATCH_CHANNELS_SECRET_ID": "channels",
            "NIGHTLATCH_EVENT_BUS": "arn:aws:events:eu-west-1:111122223333:event-bus/b",
            "NIGHTLATCH_SECURITY_HUB": "arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default",
        }
        world = World(load_settings({**names, **variables}))
        return world.telling(lambda channel, why: self.failures.append((channel, why)))


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    with on_moto(monkeypatch):
        stack = Stack(a_table()[0]._name)
        stack.secret("slack", SLACK)
        stack.secret("channels", CHANNELS)
        stack.policy()
        yield stack


def names(telling: Telling, incident: Incident | None = None) -> list[str]:
    return [one.name for one in telling.routed(incident or an_incident())]


def test_a_stack_that_was_given_everything_tells_everybody(stack: Stack):
    everybody = ["slack", "sns", "pagerduty", "teams", "webhook", "eventbridge", "security-hub"]

    assert names(stack.telling()) == everybody
    assert [one.name for one in stack.telling().channels()] == everybody


def test_a_stack_that_was_given_nothing_tells_the_topic(stack: Stack):
    nothing = {
        f"NIGHTLATCH_{name}": ""
        for name in ("SLACK_SECRET_ID", "CHANNELS_SECRET_ID", "EVENT_BUS", "SECURITY_HUB", "POLICY_PARAMETER")
    }

    assert names(stack.telling(**nothing)) == ["sns"]


def test_the_routes_of_the_policy_choose_and_a_new_policy_chooses_anew(stack: Stack):
    stack.policy(routes=[{"match": {"severity": "CRITICAL"}, "channels": ["pagerduty"]}, {"channels": ["sns"]}])
    telling = stack.telling()

    assert names(telling, an_incident(a_finding(severity=Severity.CRITICAL))) == ["pagerduty"]
    assert names(telling) == ["sns"]


def test_a_route_moves_the_message_to_another_slack_channel(stack: Stack):
    stack.policy(routes=[{"channels": ["slack"], "slack_channel": "C0PAYMENTS"}])

    (slack,) = stack.telling().routed(an_incident())

    assert slack.inner.credentials.channel == "C0PAYMENTS"  # type: ignore[attr-defined]


@pytest.mark.parametrize("document", ["planted", {"planted": 1}])
def test_a_secret_that_cannot_be_read_is_loud_and_keeps_nobody_else_from_telling(stack: Stack, document: object):
    stack.secret("channels", document)
    telling = stack.telling()
    channels = {one.name: one for one in telling.routed(an_incident())}

    assert set(channels) == {"slack", "sns", "eventbridge", "security-hub", "channels-secret"}
    with pytest.raises(Unavailable, match="channels' secret"):
        channels["channels-secret"].show(an_incident(), (), None)
    assert ("planted" in str(stack.failures)) is False
    assert ("channels-secret" in dict(stack.failures)) is True


def test_a_route_cannot_hide_that_a_secret_is_broken(stack: Stack):
    stack.secret("channels", "no JSON")
    stack.policy(routes=[{"channels": ["sns"]}])

    assert names(stack.telling()) == ["sns", "channels-secret"]


def test_a_secret_that_is_gone_is_told_by_the_kind_of_error(stack: Stack):
    telling = stack.telling(NIGHTLATCH_CHANNELS_SECRET_ID="gone", NIGHTLATCH_SLACK_SECRET_ID="gone")

    assert names(telling) == ["slack", "sns", "channels-secret", "eventbridge", "security-hub"]


def test_a_secret_that_was_mended_is_read_with_the_next_incident(stack: Stack):
    stack.secret("channels", "no JSON")
    telling = stack.telling()
    assert "channels-secret" in names(telling)

    stack.secret("channels", CHANNELS)
    names(telling)

    assert "channels-secret" not in names(telling)
    assert "pagerduty" in names(telling)


SUMMARY = Summary(key="digest-2026-03-01", title="Digest", sentence="Digest", lines=())


def summarisers(telling: Telling) -> dict[str, Summariser]:
    return {one.name: one for one in telling.channels() if isinstance(one, Summariser)}


@pytest.mark.parametrize("secret", ["slack", "channels"])
def test_a_digest_fails_loudly_where_a_secret_cannot_be_read(stack: Stack, secret: str):
    stack.secret(secret, "planted")
    channel = {"slack": "slack", "channels": "channels-secret"}[secret]

    with pytest.raises(Unavailable) as failure:
        summarisers(stack.telling())[channel].summarise(SUMMARY, None)

    assert channel in dict(stack.failures)
    assert "planted" not in f"{failure.value}{stack.failures}"


def test_a_secret_that_was_mended_is_read_with_the_next_digest(stack: Stack):
    stack.secret("channels", "no JSON")
    telling = stack.telling()
    assert "channels-secret" in summarisers(telling)

    stack.secret("channels", CHANNELS)

    assert {"pagerduty", "teams"} <= set(summarisers(telling))
    assert "channels-secret" not in summarisers(telling)


def test_where_no_policy_can_be_read_everybody_is_told(stack: Stack):
    stack.policy(defualts={})

    assert len(names(stack.telling())) == 7


@pytest.mark.parametrize("which", ["slack", "channels"])
@pytest.mark.parametrize("junk", [b"\x00binary", "[" * 60_000, '"text"', "7"])
def test_whatever_stands_in_a_credentials_secret_the_other_channels_tell(
    stack: Stack, which: str, junk: str | bytes
) -> None:
    value = {"SecretBinary": junk} if isinstance(junk, bytes) else {"SecretString": junk}
    a_client("secretsmanager").put_secret_value(SecretId=which, **value)

    found = names(stack.telling())

    assert "sns" in found
    assert ("slack" in found) is True
    assert set(found) >= {"eventbridge", "security-hub"}
