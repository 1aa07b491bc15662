"""One incident reaches every channel in the form that it takes; a channel that is down is told through the others."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from adapters.channels.test_document import schema
from e2e.watched import WAITED_FOR, Watched
from nightlatch.adapters.channels.eventbridge import SOURCE

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("channels")]

BACK_AFTER = timedelta(minutes=3)  # longer than any channel is left alone


@pytest.fixture(scope="module")
def every_channel() -> bool:
    """Here incidents are told on all of them."""
    return True


@dataclass(frozen=True)
class Inbox:
    """A queue that somebody listens with."""

    watched: Watched
    url: str
    arn: str

    def bodies(self) -> list[dict[str, Any]]:
        """Take what has come."""
        sqs, found = self.watched.client("sqs"), []
        while some := sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", []):
            for message in some:
                sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
        return found


def an_inbox(watched: Watched) -> Inbox:
    sqs = watched.client("sqs")
    url = sqs.create_queue(QueueName=f"inbox-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": arn}]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    return Inbox(watched, url, arn)


@pytest.fixture
def on_the_bus(watched: Watched) -> Iterator[Inbox]:
    """What a rule of an operator's on their own bus brings."""
    inbox, events = an_inbox(watched), watched.client("events")
    bus = watched.theatre.company.bus_arn.rpartition("/")[2]
    pattern = json.dumps({"source": [SOURCE]})
    events.put_rule(Name="ours", EventBusName=bus, EventPattern=pattern, State="ENABLED")
    events.put_targets(Rule="ours", EventBusName=bus, Targets=[{"Id": "inbox", "Arn": inbox.arn}])
    yield inbox
    events.remove_targets(Rule="ours", EventBusName=bus, Ids=["inbox"])
    events.delete_rule(Name="ours", EventBusName=bus)


@pytest.fixture
def mail(watched: Watched) -> Iterator[Inbox]:
    """What subscribers of the topic get."""
    inbox, sns = an_inbox(watched), watched.client("sns")
    topic = watched.theatre.variables("Notifier")["NIGHTLATCH_TOPIC_ARN"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=inbox.arn)["SubscriptionArn"]
    yield inbox
    sns.unsubscribe(SubscriptionArn=subscription)


def about(messages: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    return [message for message in messages if text in json.dumps(message)]


def posted(watched: Watched, channel: str, text: str) -> list[dict[str, Any]]:
    return about([dict(one.body) for one in watched.theatre.inbox.of(channel)], text)


def findings_about(watched: Watched, text: str) -> list[dict[str, Any]]:
    hub = watched.client("securityhub")
    pages = hub.get_paginator("get_findings").paginate()
    return about([one for page in pages for one in page["Findings"]], text)


def schedule_deletion(watched: Watched, prefix: str = "prod/e2e-") -> str:
    name = watched.a_secret(prefix)
    watched.someone().delete_secret(SecretId=name, RecoveryWindowInDays=7)
    watched.settle()
    return name


def test_one_incident_reaches_every_channel_and_is_resolved_on_each(
    watched: Watched, on_the_bus: Inbox, mail: Inbox
) -> None:
    name = schedule_deletion(watched)  # which protect mode takes back at once
    watched.settle()

    [message] = watched.messages(name)
    incident = watched.incident(message)
    letters = about(mail.bodies(), name)
    assert {json.loads(one["Message"])["incident_id"] for one in letters} == {incident.id}
    actions = [one["event_action"] for one in posted(watched, "pagerduty", incident.id)]
    assert (actions[0], actions[-1]) == ("trigger", "resolve")
    assert posted(watched, "teams", name) != []
    calls = posted(watched, "webhook", incident.id)
    kinds = [one["type"] for one in calls]
    assert (kinds[0], kinds.count("incident.opened")) == ("incident.opened", 1)
    # It may come twice, as the document says, and is known by what it was.
    assert len({one["data"]["response_id"] for one in calls if one["type"] == "action.taken"}) == 1
    assert "incident.resolved" in kinds
    on_bus = about(on_the_bus.bodies(), incident.id)
    assert [one["detail-type"] for one in on_bus].count("Secret Incident Opened") == 1
    assert {"Secret Incident Resolved", "Secret Action Taken"} <= {one["detail-type"] for one in on_bus}
    [finding] = findings_about(watched, incident.id)
    assert finding["Workflow"]["Status"] == "RESOLVED"
    assert watched.theatre.inbox.refused == []
    keeps_its_shape(on_bus)


def keeps_its_shape(events: list[dict[str, Any]]) -> None:
    names = {"Secret Action Taken": "action-1.json", "Monitor Health": "health-1.json"}
    for event in events:
        name = names.get(event["detail-type"], "incident-1.json")
        Draft202012Validator(schema(name)).validate(event["detail"])


def test_what_is_put_on_a_bus_comes_back_to_nobody(watched: Watched) -> None:
    before = len(watched.envelopes)
    name = schedule_deletion(watched)

    assert len(watched.messages(name)) == 1
    assert [one for one in watched.envelopes[before:] if one.get("source") == SOURCE] == []
    assert not [body for body in watched.bodies if f'"source": "{SOURCE}"' in body and "Secret Incident" in body]


@contextmanager
def slack_down(watched: Watched) -> Iterator[None]:
    """Let Slack refuse our token."""
    slack = watched.theatre.slack
    token, slack.token = slack.token, "revoked"
    try:
        yield
    finally:
        slack.token = token


def test_with_slack_down_the_incident_arrives_elsewhere_and_the_failure_is_told_once(
    watched: Watched, on_the_bus: Inbox, mail: Inbox
) -> None:
    watched.settle()
    with slack_down(watched):
        name = schedule_deletion(watched, WAITED_FOR)

    assert watched.messages(name) == []
    letters = mail.bodies()
    assert about(letters, name) != []
    assert [letter["Subject"] for letter in about(letters, "takes no messages")] == [
        "nightlatch: the channel slack takes no messages"
    ]
    key = "nightlatch-channel-slack"
    assert [one["event_action"] for one in posted(watched, "pagerduty", key)] == ["trigger"]
    assert len(posted(watched, "teams", "the channel slack takes no messages")) == 1
    [health] = [one["data"] for one in posted(watched, "webhook", "monitor.health")]
    assert (health["channel"], health["state"]) == ("slack", "failing")
    assert [one["detail"]["state"] for one in on_the_bus.bodies() if one["detail-type"] == "Monitor Health"] == [
        "failing"
    ]
    assert [one["Severity"]["Label"] for one in findings_about(watched, "nightlatch/channel/slack")] == ["MEDIUM"]
    assert any("channel failed" in line for _, line in watched.lines)

    clock = watched.theatre.stage.clock
    clock.advance(BACK_AFTER.total_seconds())
    try:
        other = schedule_deletion(watched, WAITED_FOR)
        watched.eventually(partial(watched.messages, other), "a message in Slack")
        watched.settle()
    finally:
        clock.follow()

    assert [one["event_action"] for one in posted(watched, "pagerduty", key)] == ["trigger", "resolve"]
    assert [one["data"]["state"] for one in posted(watched, "webhook", "monitor.health")] == ["failing", "recovered"]
    assert len(about(mail.bodies(), "takes messages again")) == 1


def test_no_credential_of_a_channel_is_ever_written_down(watched: Watched) -> None:
    secret = watched.theatre.company.channels_secret_arn
    text = watched.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    document = json.loads(text)
    hidden = [document["pagerduty"]["routing_key"], *document["webhook"]["signing_keys"], document["teams"]["url"]]

    schedule_deletion(watched)

    said: dict[str, Callable[[], object]] = {
        "logs": lambda: watched.lines,
        "queues": lambda: watched.bodies,
        "envelopes": lambda: watched.envelopes,
        "slack": watched.theatre.slack.messages,
    }
    assert [place for place, look in said.items() if any(h in json.dumps(look(), default=str) for h in hidden)] == []
