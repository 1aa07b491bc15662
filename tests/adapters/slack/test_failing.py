"""What Slack answers says whether the same may go through later; how another channel does is one plain message."""

from __future__ import annotations

import pytest

from adapters.slack.test_channel import Slack, a_channel, busy
from builders import an_incident
from nightlatch.domain.answering.circuits import Bulletin
from nightlatch.domain.errors import Busy, Unavailable, Undeliverable
from nightlatch.domain.history.examples import AT

DOWN = Bulletin(channel="sns", since=AT, until=None, reason="topic <!channel> could not be asked")


@pytest.mark.parametrize(
    ("status", "error", "raised"),
    [
        (200, "invalid_auth", Undeliverable),
        (200, "channel_not_found", Undeliverable),
        (200, "invalid_blocks", Undeliverable),
        (404, "", Undeliverable),
        (200, "internal_error", Unavailable),
        (200, "ratelimited", Unavailable),
        (503, "", Unavailable),
    ],
)
def test_a_refusal_is_told_from_a_failure(status: int, error: str, raised: type[Unavailable]):
    slack = Slack(answers=[(status, {"ok": False, "error": error}, {})])

    with pytest.raises(Unavailable) as told:
        a_channel(slack).show(an_incident(), (), None)

    assert type(told.value) is raised


@pytest.mark.parametrize(("status", "raised"), [(404, Undeliverable), (500, Unavailable)])
def test_so_it_is_for_a_webhook(status: int, raised: type[Unavailable]):
    slack = Slack(answers=[(status, {}, {})])

    with pytest.raises(Unavailable, match=str(status)) as told:
        a_channel(slack, webhook_url="https://hooks.slack.example/x").show(an_incident(), (), None)

    assert type(told.value) is raised


def test_a_long_wait_says_how_long():
    with pytest.raises(Busy) as told:
        a_channel(Slack(answers=[busy("60")])).show(an_incident(), (), None)

    assert told.value.again_in_s == 60


def test_how_another_channel_does_is_posted_without_a_mention():
    slack = Slack()
    a_channel(slack).announce(DOWN)
    a_channel(slack, webhook_url="https://hooks.slack.example/x").announce(DOWN)

    (method, message), (_, plain) = slack.asked
    assert (method, message["channel"]) == ("chat.postMessage", "C1")
    assert message["text"] == plain["text"]
    assert "the channel sns takes no messages" in plain["text"]
    assert "<!" not in plain["text"]
