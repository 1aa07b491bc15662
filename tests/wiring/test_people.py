"""What the minute's tick asks for reaches people through the notifier: digests, storms, and ends of snoozes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from builders import a_finding, a_response, a_snooze
from nightlatch.config import load_settings
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.history.examples import AT, a_user
from nightlatch.domain.judging.findings import State
from nightlatch.service.ports import Notice
from nightlatch.wiring import wire_notifier
from nightlatch.wiring.world import World
from worlds import ACCOUNT, REGION, TABLE, a_client, a_table, on_moto

POLICY = Policy(storm_after=2, digest_hour=9)


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Make what the notifier and the tick refer to; whatever is published lies in the queue `inbox`."""
    with on_moto(monkeypatch):
        a_table()
        topic = a_client("sns").create_topic(Name="alerts")["TopicArn"]
        a_client("sqs").create_queue(QueueName="inbox")
        a_client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:inbox")
        yield {
            "NIGHTLATCH_INCIDENT_TABLE": TABLE,
            "NIGHTLATCH_RESPONSE_TABLE": TABLE,
            "NIGHTLATCH_STATE_TABLE": TABLE,
            "NIGHTLATCH_TOPIC_ARN": topic,
            "NIGHTLATCH_ALERTS_QUEUE_URL": a_client("sqs").create_queue(QueueName="notices")["QueueUrl"],
        }


def taken(queue: str) -> list[dict[str, str]]:
    """Take all that lies in a queue."""
    sqs = a_client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    found: list[dict[str, str]] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
    return found


def deliver(environ: dict[str, str]) -> list[str]:
    """Let the notifier take its notices; give the subjects of what was published."""
    tell = wire_notifier(environ, lambda _channel, _why: None)
    for notice in taken("notices"):
        tell(Notice(**notice))
    return sorted(message["Subject"] for message in taken("inbox"))


def test_yesterdays_records_are_one_mail_once_the_hour_has_come(environ):
    world = World(load_settings(environ))
    world.incidents.record(a_finding(state=State.DIGEST), "goes to the digest")

    for minute in range(3):
        world.people.tick(POLICY, AT + timedelta(days=1, minutes=minute))

    assert deliver(environ) == ["Digest of 2026-03-02: 1 finding recorded"]


def test_a_digest_comes_again_until_the_secret_of_its_channels_is_mended(environ):
    manager = a_client("secretsmanager")
    manager.create_secret(Name="channels", SecretString="no JSON")
    world = World(load_settings(environ))
    world.incidents.record(a_finding(state=State.DIGEST), "goes to the digest")
    heard: list[str] = []
    tell = wire_notifier(
        {**environ, "NIGHTLATCH_CHANNELS_SECRET_ID": "channels"}, lambda channel, _why: heard.append(channel)
    )

    with pytest.raises(Unavailable, match="digest-2026-03-02 was not told on channels-secret"):
        tell(Notice("digest", "2026-03-02"))
    assert heard == ["channels-secret"]
    assert "Digest of 2026-03-02: 1 finding recorded" in [message["Subject"] for message in taken("inbox")]

    manager.put_secret_value(SecretId="channels", SecretString="{}")
    tell(Notice("digest", "2026-03-02"))
    assert heard == ["channels-secret"]
    assert taken("inbox") == []


def test_a_storm_is_one_mail_at_its_beginning_and_one_at_its_end_and_loses_nobody(environ):
    world = World(load_settings(environ))
    for number in range(5):
        incident, _ = world.incidents.fold(a_finding(by=a_user(f"u{number}")), policy_digest="")
        world.people.watch(incident, POLICY, AT)
        world.dispatch.alert(Notice(incident.id, "revision-1"))
    in_it = deliver(environ)
    world.people.tick(POLICY, AT + timedelta(minutes=6))
    after = deliver(environ)
    world.people.tick(POLICY, AT + timedelta(minutes=7))

    assert [subject.partition(":")[0] for subject in in_it] == ["Storm"]
    assert after == ["Calm again after a storm: 5 incidents since 09:00 UTC"]
    assert deliver(environ) == []


def test_an_incident_whose_snooze_is_over_is_told_again_with_what_happened(environ):
    world = World(load_settings(environ))
    incident, _ = world.incidents.fold(a_finding(), policy_digest="")
    world.dispatch.alert(Notice(incident.id, "revision-1"))
    first = deliver(environ)
    snooze = a_snooze(until=world.now().replace(microsecond=0) + timedelta(days=1))
    world.people.sleepers.put_to_sleep(incident.id, snooze)
    world.ledger.propose(a_response())
    world.incidents.link(incident.id, "r-1")
    world.dispatch.alert(Notice(incident.id, "revision-2"))
    asleep = deliver(environ)

    assert (len(first), asleep) == (1, [])
    world.people.tick(POLICY, snooze.until)
    assert taken("notices") == [{"incident_id": incident.id, "mark": f"awake-{snooze.until:%Y%m%dT%H%M%S}"}]
