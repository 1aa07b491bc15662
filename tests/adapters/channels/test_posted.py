"""PagerDuty, Teams and the webhook take what is posted, each change means one thing there, and no address is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from importlib import resources
from typing import Any

import pytest
from flask import Flask, redirect
from jsonschema import Draft202012Validator

from builders import a_finding, a_response, an_incident
from fakes import FixedClock
from fakes_channels import session_to, session_to_nowhere
from nightlatch.adapters.channels.credentials import read_channels
from nightlatch.adapters.channels.pagerduty import PagerDutyChannel
from nightlatch.adapters.channels.teams import TeamsChannel
from nightlatch.adapters.channels.webhook import ID, SIGNATURE, TIMESTAMP, WebhookChannel, is_ours, sign
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.circuits import Bulletin
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.answering.summaries import Summary
from nightlatch.domain.errors import Busy, InvalidPolicy, Unavailable, Undeliverable
from nightlatch.domain.history.examples import AT, a_secret
from nightlatch.domain.judging.findings import Remedy
from nightlatch.local.channels.app import Keys, channels_app
from nightlatch.local.channels.inbox import Inbox
from nightlatch.service.channel_ports import Channel
from nightlatch.service.summary_ports import Summariser
from nightlatch.service.telling_ports import Pace, pace_of

RESTORABLE = an_incident(a_finding(remedy=Remedy.RESTORE))
RESTORED = a_response(
    ResponseState.SUCCEEDED, action=Action(kind=ActionKind.RESTORE_DELETED, secret=a_secret()), result="restored"
)
DOWN = Bulletin(channel="slack", since=AT, until=None, reason="slack answered 500")
BACK = Bulletin(channel="slack", since=AT, until=AT, reason="slack answered 500")
NAMES = ("pagerduty", "teams", "webhook")
ADDRESS = "https://198.51.100.7/very/secret/address"


@dataclass
class Outside:
    """The three stand-ins, and channels that post to them."""

    inbox: Inbox = field(default_factory=Inbox)
    keys: Keys = field(default_factory=Keys)
    clock: FixedClock = field(default_factory=FixedClock)

    def channel(self, name: str, app: Flask | None = None) -> Channel:
        session = session_to(app or channels_app(self.inbox, self.keys, now=self.clock))
        match name:
            case "pagerduty":
                url = "http://127.0.0.1/pagerduty"
                return PagerDutyChannel(routing_key=self.keys.routing_key, url=url, session=session)
            case "teams":
                return TeamsChannel(url="http://127.0.0.1/teams", action_mode="cli", session=session)
            case _:
                return WebhookChannel(
                    url="http://127.0.0.1/webhook",
                    signing_keys=(self.keys.signing_key,),
                    now=self.clock,
                    session=session,
                )

    def taken(self, name: str) -> list[Any]:
        assert self.inbox.refused == []
        return [one.body for one in self.inbox.of(name)]


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.mark.parametrize("name", NAMES)
def test_an_incident_and_what_follows_are_taken(outside: Outside, name: str):
    channel = outside.channel(name)

    place = channel.show(an_incident(), [a_response()], None, ["keys changed: password"])
    channel.show(an_incident(), [a_response(ResponseState.RUNNING)], place)

    assert place
    assert len(outside.taken(name)) == 2


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("news", [DOWN, BACK])
def test_how_another_channel_does_is_taken(outside: Outside, name: str, news: Bulletin):
    outside.channel(name).announce(news)

    assert "slack" in json.dumps(outside.taken(name))


def test_pagerduty_folds_everything_about_an_incident_into_one_alert(outside: Outside):
    channel = outside.channel("pagerduty")
    place = channel.show(RESTORABLE, (), None)
    place = channel.show(RESTORABLE, (), place)
    channel.show(RESTORABLE, [RESTORED], place)

    events = outside.taken("pagerduty")
    assert [event["event_action"] for event in events] == ["trigger", "trigger", "resolve"]
    assert {event["dedup_key"] for event in events} == {RESTORABLE.id}
    assert events[0]["payload"]["severity"] == "error"


def test_what_was_undone_before_anybody_heard_is_triggered_and_resolved(outside: Outside):
    outside.channel("pagerduty").show(RESTORABLE, [RESTORED], None)

    assert [event["event_action"] for event in outside.taken("pagerduty")] == ["trigger", "resolve"]


def test_the_failure_of_a_channel_is_one_alert_with_an_end(outside: Outside):
    outside.channel("pagerduty").announce(DOWN)
    outside.channel("pagerduty").announce(BACK)

    first, second = outside.taken("pagerduty")
    assert (first["event_action"], second["event_action"]) == ("trigger", "resolve")
    assert first["dedup_key"] == second["dedup_key"]


STORM = Summary(
    key="storm-1", title="Storm: 40 incidents", sentence="Storm: 40 incidents since 09:00", lines=("x",) * 900
)
DIGEST = Summary(key="digest-2026-03-01", title="Digest", sentence="Digest of a day", lines=("a", "b"))


def test_in_a_storm_whoever_is_on_call_gets_one_alert(outside: Outside):
    pagerduty = outside.channel("pagerduty")
    assert isinstance(pagerduty, Summariser)

    for state in (STORM, replace(STORM, is_over=True)):
        assert pagerduty.summarise(state, None)

    first, last = outside.taken("pagerduty")
    assert {first["event_action"], last["event_action"]} == {"trigger"}  # its incidents are not over
    assert first["dedup_key"] == last["dedup_key"] == "storm-1"


def test_a_digest_calls_nobody(outside: Outside):
    pagerduty = outside.channel("pagerduty")
    assert isinstance(pagerduty, Summariser)

    assert pagerduty.summarise(DIGEST, None)

    assert outside.taken("pagerduty") == []


@pytest.mark.parametrize("summary", [STORM, DIGEST])
def test_a_digest_and_a_storm_are_cards(outside: Outside, summary: Summary):
    teams = outside.channel("teams")
    assert isinstance(teams, Summariser)

    teams.summarise(summary, None)

    (card,) = outside.taken("teams")
    assert summary.sentence in json.dumps(card)
    assert summary.key in json.dumps(card)


@pytest.mark.parametrize(
    ("name", "pace"), [("pagerduty", Pace.NEWS), ("teams", Pace.NEWS), ("webhook", Pace.EVERY_CHANGE)]
)
def test_people_are_told_news_and_machines_each_change(outside: Outside, name: str, pace: Pace):
    assert pace_of(outside.channel(name)) is pace


def test_a_card_says_what_happened_and_which_command_to_run(outside: Outside):
    outside.channel("teams").show(an_incident(), [a_response()], None)

    said = json.dumps(outside.taken("teams"), ensure_ascii=False)
    assert "mallory (IAM user) deleted secret prod/db" in said
    assert "nightlatch approve r-1" in said


def test_a_card_of_a_stack_without_actions_shows_no_command(outside: Outside):
    session = session_to(channels_app(outside.inbox, outside.keys, now=outside.clock))
    TeamsChannel(url="http://127.0.0.1/teams", action_mode="off", session=session).show(
        an_incident(), [a_response()], None
    )

    assert "nightlatch approve" not in json.dumps(outside.taken("teams"))


def test_the_webhook_is_told_each_change_and_each_action_once(outside: Outside):
    channel = outside.channel("webhook")
    place = channel.show(RESTORABLE, (), None)
    place = channel.show(RESTORABLE, [RESTORED], place)
    channel.show(RESTORABLE, [RESTORED], place)

    kinds = [message["type"] for message in outside.taken("webhook")]
    assert kinds == ["incident.opened", "incident.resolved", "action.taken", "incident.resolved"]


def test_what_a_webhook_is_sent_keeps_its_shape(outside: Outside):
    channel = outside.channel("webhook")
    channel.show(RESTORABLE, [RESTORED], None)
    channel.announce(DOWN)

    folder = resources.files("nightlatch.adapters.channels").joinpath("schemas")
    shapes = {"incident": "incident-1.json", "action": "action-1.json", "monitor": "health-1.json"}
    for message in outside.taken("webhook"):
        for name, document in (("webhook-1.json", message), (shapes[message["type"].split(".")[0]], message["data"])):
            Draft202012Validator(json.loads(folder.joinpath(name).read_text(encoding="utf-8"))).validate(document)


def test_the_same_message_sent_again_bears_the_same_id(outside: Outside):
    for _ in range(2):
        outside.channel("webhook").show(an_incident(), (), None)

    first, again = outside.inbox.of("webhook")
    assert first.headers[ID] == again.headers[ID] == first.body["id"]


def test_a_signature_holds_for_this_body_this_key_and_five_minutes():
    body, stamp = b'{"id":"1"}', str(int(AT.timestamp()))
    headers = {TIMESTAMP: stamp, SIGNATURE: f"{sign(body, stamp, 'old')},{sign(body, stamp, 'new')}"}
    late = AT.replace(minute=AT.minute + 6)

    assert is_ours(body, headers, "old", AT)
    assert is_ours(body, headers, "new", AT)
    assert not is_ours(body, headers, "other", AT)
    assert not is_ours(b'{"id":"2"}', headers, "old", AT)
    assert not is_ours(body, headers, "old", late)
    assert not is_ours(body, {**headers, TIMESTAMP: str(int(stamp) + 1)}, "old", AT)
    assert not is_ours(body, {**headers, TIMESTAMP: "now"}, "old", AT)
    assert not is_ours(body, {}, "old", AT)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("status", "raised"),
    [
        (HTTPStatus.INTERNAL_SERVER_ERROR, Unavailable),
        (HTTPStatus.BAD_GATEWAY, Unavailable),
        (HTTPStatus.TOO_MANY_REQUESTS, Busy),
        (HTTPStatus.SERVICE_UNAVAILABLE, Busy),
        (HTTPStatus.BAD_REQUEST, Undeliverable),
        (HTTPStatus.UNAUTHORIZED, Undeliverable),
        (HTTPStatus.GONE, Undeliverable),
    ],
)
def test_what_a_service_answers_says_whether_to_try_again(
    outside: Outside, name: str, status: HTTPStatus, raised: type[Unavailable]
):
    outside.inbox.answer(name, status)

    with pytest.raises(Unavailable, match=f"{name} .*{status.value}") as told:
        outside.channel(name).show(an_incident(), (), None)

    assert type(told.value) is raised


def test_a_service_says_how_long_it_wants_to_be_left_alone(outside: Outside):
    app = Flask("busy")
    app.add_url_rule("/teams", view_func=lambda: ("", 429, {"Retry-After": "17"}), methods=["POST"])

    with pytest.raises(Busy) as told:
        outside.channel("teams", app).show(an_incident(), (), None)

    assert told.value.again_in_s == 17


def test_a_redirect_is_not_followed(outside: Outside):
    app, heard = Flask("elsewhere"), []
    app.add_url_rule("/teams", view_func=lambda: redirect("http://127.0.0.1/thief", code=307), methods=["POST"])
    app.add_url_rule("/thief", endpoint="thief", view_func=lambda: heard.append(1) or "", methods=["POST"])

    with pytest.raises(Undeliverable, match="307"):
        outside.channel("teams", app).show(an_incident(), (), None)

    assert heard == []


ECHOING: list[Callable[[], Any]] = [
    lambda: (json.dumps({"status": ADDRESS}), 400),
    lambda: (ADDRESS, 400),
    lambda: ("[]", 400),
]


@pytest.mark.parametrize("answer", ECHOING)
def test_what_a_service_echoes_is_not_repeated(outside: Outside, answer: Callable[[], Any]):
    app = Flask("echo")
    app.add_url_rule("/teams", view_func=answer, methods=["POST"])

    with pytest.raises(Undeliverable) as told:
        outside.channel("teams", app).show(an_incident(), (), None)

    assert "secret" not in str(told.value)


def test_neither_address_nor_key_is_in_an_error_a_cause_or_a_repr():
    key = "0123456789abcdef0123456789abcdef"
    channels = [
        PagerDutyChannel(routing_key=key, url=ADDRESS, session=session_to_nowhere()),
        TeamsChannel(url=ADDRESS, action_mode="cli", session=session_to_nowhere()),
        WebhookChannel(url=ADDRESS, signing_keys=(key,), now=FixedClock(), session=session_to_nowhere()),
    ]

    for channel in channels:
        with pytest.raises(Unavailable, match="could not be reached") as told:
            channel.show(an_incident(), (), None)
        said = f"{told.value} {told.value.__cause__} {channel!r}"
        assert ADDRESS not in said
        assert key not in said
        assert told.value.__suppress_context__


# --- the secret

GOOD = {
    "pagerduty": {"routing_key": "k" * 32},
    "teams": {"url": "https://example.com/workflow"},
    "webhook": {"url": "https://example.com/in", "signing_keys": ["s" * 16]},
}


def named(document: object) -> list[str]:
    text = document if isinstance(document, str) else json.dumps(document)
    return [one.name for one in read_channels(text, action_mode="cli", now=FixedClock())]


def test_each_part_of_the_secret_is_a_channel():
    assert named(GOOD) == ["pagerduty", "teams", "webhook"]
    assert named({"teams": GOOD["teams"]}) == ["teams"]
    assert named({}) == []


@pytest.mark.parametrize(
    "bad",
    [
        "planted, not json",
        ["planted"],
        {"planted": {}},
        {"teams": {"url": "http://example.com/planted"}},
        {"teams": {"url": "ftp://example.com/planted"}},
        {"teams": {"url": "https://[planted"}},
        {"teams": "planted"},
        {"webhook": {"url": "https://example.com", "signing_keys": ["planted"]}},
        {"webhook": {"url": "https://example.com", "signing_keys": []}},
        {"pagerduty": {"planted": "planted"}},
        {"pagerduty": {"routing_key": 7, "planted": "planted"}},
    ],
)
def test_a_secret_that_is_wrong_is_refused_and_not_repeated(bad: object):
    with pytest.raises(InvalidPolicy, match="channels' secret") as told:
        named(bad)

    assert "planted" not in f"{told.value} {told.value.__cause__}"
