"""A message is edited where it stands and answered in its thread; Slack's wish to wait loses and doubles nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from builders import an_incident
from nightlatch.adapters.slack.api import LONGEST_WAIT_S
from nightlatch.adapters.slack.channel import SlackChannel, SlackCredentials
from nightlatch.domain.errors import Unavailable
from nightlatch.local.slack.workspace import check_message
from nightlatch.service.telling_ports import Pace

API = "https://slack.example/api"


@dataclass
class Slack:
    """Slack's end of the line: answers in the given order, and the last one again and again."""

    answers: list[tuple[int, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    is_down: bool = False

    def post(self, url: str, *, json: dict[str, Any], headers: dict[str, str], timeout: float) -> requests.Response:
        del headers, timeout
        if self.is_down:
            raise requests.ConnectionError(f"cannot reach {url}")
        self.asked.append((url.removeprefix(f"{API}/"), json))
        return answered(*(self.answers.pop(0) if self.answers else TAKEN))


TAKEN: tuple[int, dict[str, Any], dict[str, str]] = (200, {"ok": True, "channel": "C1", "ts": "17.5"}, {})
GONE: tuple[int, dict[str, Any], dict[str, str]] = (200, {"ok": False, "error": "message_not_found"}, {})


def busy(seconds: str) -> tuple[int, dict[str, Any], dict[str, str]]:
    return 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": seconds}


def answered(status: int, document: dict[str, Any], headers: dict[str, str]) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = json.dumps(document).encode()
    response.headers.update(headers)
    return response


def a_channel(slack: Slack, waits: list[float] | None = None, **credentials: str) -> SlackChannel:
    known = credentials or {"token": "xoxb-example", "channel": "C1"}
    session: Any = slack
    return SlackChannel(
        credentials=SlackCredentials(**known),
        api_url=API,
        action_mode="slack",
        session=session,
        pause=(waits if waits is not None else []).append,
    )


def methods(slack: Slack) -> list[str]:
    return [method for method, _ in slack.asked]


def test_an_incident_is_posted_and_then_edited_where_it_stands():
    slack = Slack()
    channel = a_channel(slack)

    place = channel.show(an_incident(), (), None)
    again = channel.show(an_incident(), (), place)

    assert (place, again) == ("C1/17.5", "C1/17.5")
    assert methods(slack) == ["chat.postMessage", "chat.update"]
    assert slack.asked[1][1]["ts"] == "17.5"


def test_a_message_that_somebody_removed_is_posted_again():
    slack = Slack(answers=[GONE, (200, {"ok": True, "channel": "C1", "ts": "18.1"}, {})])

    assert a_channel(slack).show(an_incident(), (), "C1/17.5") == "C1/18.1"
    assert methods(slack) == ["chat.update", "chat.postMessage"]


def test_news_is_a_reply_that_the_channel_sees_and_details_stand_in_the_thread_alone():
    slack = Slack()
    channel = a_channel(slack)

    assert channel.reply("C1/17.5", ["rolled back"], lead="HIGH: mallory deleted prod/db") == 1
    assert channel.reply("C1/17.5", ["Event: e1", "Event: e2"]) == 2

    news, details = (body for _, body in slack.asked)
    assert (news["thread_ts"], news["reply_broadcast"]) == ("17.5", True)
    assert (details["thread_ts"], details["reply_broadcast"]) == ("17.5", False)
    assert news["text"] == "rolled back · HIGH: mallory deleted prod/db"


def test_a_reply_takes_as_many_lines_as_slack_has_room_for():
    slack = Slack()

    taken = a_channel(slack).reply("C1/17.5", ["x" * 400] * 50)

    assert 1 < taken < 50
    check_message(slack.asked[0][1])


def test_a_short_wait_is_waited_and_nothing_is_sent_twice_that_was_taken():
    slack, waits = Slack(answers=[busy("2"), TAKEN]), list[float]()

    assert a_channel(slack, waits).show(an_incident(), (), None) == "C1/17.5"

    assert waits == [2.0]
    assert methods(slack) == ["chat.postMessage"] * 2


@pytest.mark.parametrize("seconds", ["5", "30", "3600"])
def test_a_long_wait_is_left_to_the_queue(seconds: str):
    slack, waits = Slack(answers=[busy(seconds)]), list[float]()

    with pytest.raises(Unavailable, match=f"wait for {seconds} s"):
        a_channel(slack, waits).show(an_incident(), (), None)

    assert waits == []
    assert len(slack.asked) == 1
    assert float(seconds) > LONGEST_WAIT_S


def test_a_wait_that_is_asked_for_again_is_left_to_the_queue():
    slack = Slack(answers=[busy("1"), busy("1")])

    with pytest.raises(Unavailable, match="another 1 s"):
        a_channel(slack).show(an_incident(), (), None)


def test_a_wait_without_a_readable_time_is_a_second():
    slack, waits = Slack(answers=[busy("soon"), TAKEN]), list[float]()

    a_channel(slack, waits).show(an_incident(), (), None)

    assert waits == [1.0]


def test_a_webhook_posts_and_is_sent_only_news():
    slack = Slack(answers=[(200, {}, {}), (200, {}, {})])
    channel = a_channel(slack, webhook_url="https://hooks.example/secret")

    place = channel.show(an_incident(), (), None)
    channel.show(an_incident(), (), place)

    assert channel.pace is Pace.NEWS
    assert list(slack.asked[1][1]) == ["text"]


def test_no_error_repeats_the_address_or_the_token():
    down = Slack(is_down=True)
    refused = Slack(answers=[(500, {}, {})])

    for slack in (down, refused):
        with pytest.raises(Unavailable) as told:
            a_channel(slack, webhook_url="https://hooks.example/secret").show(an_incident(), (), None)
        assert "hooks.example" not in str(told.value)
    with pytest.raises(Unavailable, match="invalid_auth"):
        a_channel(Slack(answers=[(200, {"ok": False, "error": "invalid_auth"}, {})])).show(an_incident(), (), None)
