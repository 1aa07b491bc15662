"""A recovery window ran out on the stage and nobody had looked: people are told, and one press brings it back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from e2e.test_resurrection import arn_of, vaulted
from e2e.watched import WAITED_FOR, Offer, Watched
from nightlatch.local.slack.workspace import buttons_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("ended-windows")]

NAME = f"{WAITED_FOR}db"
WINDOW = timedelta(days=7, minutes=5)
LATE = timedelta(minutes=31)  # every wait for late records is over


@pytest.fixture(scope="module")
def ended(watched: Watched) -> Iterator[dict[str, Any]]:
    """Let somebody schedule a deletion and a week pass, and give the message about its end."""
    vaulted(watched, NAME)
    watched.settle()
    watched.theatre.as_role("cleanup", "nightly").delete_secret(SecretId=NAME, RecoveryWindowInDays=7)
    watched.settle()
    watched.later(WINDOW, LATE)
    assert arn_of(watched, NAME) is None
    yield watched.eventually(lambda: about_the_end(watched), "the message about the end of the window")
    watched.theatre.stage.clock.follow()


def about_the_end(watched: Watched) -> dict[str, Any] | None:
    said = (message for message in watched.messages(NAME) if "recovery window" in json.dumps(message))
    return next((message for message in said if buttons_of(message)), None)


def test_people_are_told_who_scheduled_it_and_that_nobody_had_allowed_it(ended: dict[str, Any]) -> None:
    said = json.dumps(ended)

    assert "cheduled by role/cleanup on" in said
    assert "no allowance and no exemption of nightlatch covered it" in said


def test_one_press_brings_it_back(ended: dict[str, Any], watched: Watched) -> None:
    button = next(one for one in buttons_of(ended) if one["action_id"].startswith("approve"))
    offer = Offer(secret=NAME, good="", bad="", ts=ended["ts"], button=button["value"], by="nightly")

    watched.press(offer)
    watched.settle()

    assert arn_of(watched, NAME) is not None
    watched.shows(ended["ts"], "resurrected secret")
