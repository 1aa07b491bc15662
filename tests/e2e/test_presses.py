"""A press acts once, for one of the approvers, on Slack's word: every other press changes nothing and says why."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from e2e.watched import Offer, Watched
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.local.slack.workspace import buttons_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("presses")]


@pytest.fixture
def offer(watched: Watched) -> Offer:
    """A value overwritten by a person, with a button to take it back."""
    return watched.an_offer()


def nothing_changed(watched: Watched, offer: Offer) -> None:
    assert watched.response(offer.button).state is ResponseState.PROPOSED
    assert watched.current(offer.secret) == offer.bad
    assert watched.moves_of_current(offer.secret) == []
    assert len(buttons_of(watched.message(offer.ts))) == 2


FORGED: dict[str, dict[str, Any]] = {
    "with another signing secret": {"secret": "not-slacks"},
    "six minutes old": {"age_s": 360},
    "six minutes in the future": {"age_s": -360},
    "with a body that was changed after signing": {"after_signing": lambda body: body.replace(b"U01ANA", b"U02BEN")},
    "for something that is none of our buttons": {"signal": "delete"},
}


@pytest.mark.parametrize("what", FORGED)
def test_a_request_that_is_not_slacks_is_turned_away_and_told_nothing(
    watched: Watched, offer: Offer, what: str
) -> None:
    answer = watched.press(offer, **FORGED[what])

    assert answer.status_code == 401
    assert answer.json()["text"] == "not accepted"
    nothing_changed(watched, offer)
    assert watched.message(offer.ts)["private"] == []


REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "of a button that nobody was given": ({"button": "made-up"}, "this button means nothing any more"),
    "by somebody who is no approver": ({"person": "U03MAL"}, "U03MAL is not an approver"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_press_that_is_not_allowed_is_refused_in_private(watched: Watched, offer: Offer, what: str) -> None:
    changes, reason = REFUSED[what]

    answer = watched.press(offer, **changes)  # type: ignore[arg-type]

    assert answer.status_code == 200
    assert answer.json()["text"].startswith("Not done: ")
    assert reason in answer.json()["text"]
    [told] = watched.message(offer.ts)["private"]
    assert reason in told
    nothing_changed(watched, offer)


def test_who_wrote_the_value_may_not_decide_about_it(watched: Watched) -> None:
    offer = watched.an_offer(by="ben")

    refused = watched.press(offer, person="U02BEN").json()["text"]
    nothing_changed(watched, offer)
    accepted = watched.press(offer, person="U01ANA").json()["text"]

    assert "ben acted in this event and may not decide about it" in refused
    assert accepted.startswith("Approved: roll-back of")
    watched.shows(offer.ts, "✅")
    assert watched.current(offer.secret) == offer.good


def test_a_press_is_carried_out_once_and_a_second_one_is_refused(watched: Watched, offer: Offer) -> None:
    watched.press(offer)
    watched.shows(offer.ts, "✅")

    again = watched.press(offer, person="U02BEN").json()["text"]
    watched.settle()

    assert "is succeeded" in again
    assert watched.moves_of_current(offer.secret) == [offer.good]
    assert buttons_of(watched.message(offer.ts)) == []


def test_the_same_request_sent_again_changes_nothing_more(watched: Watched, offer: Offer) -> None:
    watched.press(offer)
    watched.shows(offer.ts, "✅")

    replayed = watched.press(offer)
    watched.settle()

    assert "is succeeded" in replayed.json()["text"]
    assert watched.moves_of_current(offer.secret) == [offer.good]


def test_leaving_it_as_it_is_takes_the_buttons_away_and_a_later_yes_is_refused(watched: Watched, offer: Offer) -> None:
    denied = watched.press(offer, signal="deny").json()["text"]
    watched.shows(offer.ts, "declined by ana")

    approved = watched.press(offer, person="U02BEN").json()["text"]
    watched.settle()

    assert denied.startswith("Declined: nothing is done about")
    assert "is denied" in approved
    assert watched.response(offer.button).state is ResponseState.DENIED
    assert (watched.current(offer.secret), watched.moves_of_current(offer.secret)) == (offer.bad, [])
    assert buttons_of(watched.message(offer.ts)) == []


def test_a_button_that_has_expired_is_refused(watched: Watched, offer: Offer) -> None:
    watched.theatre.stage.clock.advance(8 * 3600 + 1)
    try:
        refused = watched.press(offer).json()["text"]
    finally:
        watched.theatre.stage.clock.follow()

    assert refused.startswith("Not done: ")
    assert "expired" in refused
    assert watched.current(offer.secret) == offer.bad


def test_a_value_that_was_written_again_meanwhile_is_left_alone(watched: Watched, offer: Offer) -> None:
    newest = watched.someone().put_secret_value(SecretId=offer.secret, SecretString="written meanwhile")["VersionId"]

    watched.press(offer)
    watched.shows(offer.ts, "⚠️")
    watched.settle()

    assert watched.current(offer.secret) == newest
    assert watched.moves_of_current(offer.secret) == []


def test_the_answer_comes_within_slacks_three_seconds(watched: Watched, offer: Offer) -> None:
    answer = watched.press(offer)

    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() < 3


def test_a_press_without_the_pages_token_is_turned_away(watched: Watched, offer: Offer) -> None:
    """A site that the person visits meanwhile can send requests to loopback too."""
    stranger = requests.post(
        f"{watched.theatre.page}press",
        json={"ts": offer.ts, "action_id": buttons_of(watched.message(offer.ts))[0]["action_id"], "person": "U01ANA"},
        timeout=60,
    )

    assert stranger.status_code == 403
    nothing_changed(watched, offer)
