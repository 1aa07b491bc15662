"""Whoever is told may be left alone, or say that it was them, in one click; the thread and the page say so."""

from __future__ import annotations

import pytest

from e2e.watched import Watched
from nightlatch.local.scenes.watching import press_button
from nightlatch.local.slack.workspace import choices_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("presses")]


def choose(watched: Watched, ts: str, what: str, span: str, *, person: str = "U01ANA") -> str:
    menu = next(one for one in choices_of(watched.message(ts)) if one["action_id"] == f"choose-{what}")
    value = next(one["value"] for one in menu["options"] if f":{span}:" in one["value"])
    return press_button(watched.theatre, ts, menu["action_id"], person=person, value=value)


def test_an_incident_is_snoozed_from_its_message_and_its_thread_says_by_whom(watched: Watched) -> None:
    offer = watched.an_offer()

    refused = choose(watched, offer.ts, "snooze", "24h", person="U03MAL")
    said = choose(watched, offer.ts, "snooze", "24h")

    assert "U03MAL is not an approver" in refused
    assert said.startswith("Snoozed until ")
    watched.shows(offer.ts, "*Snoozed*")
    watched.eventually(
        lambda: any("Snoozed until" in str(one) for one in watched.message(offer.ts)["replies"]), "the thread saying so"
    )


def test_what_was_ours_is_not_told_again(watched: Watched) -> None:
    offer = watched.an_offer(by="carol")

    said = choose(watched, offer.ts, "ours", "7d")

    assert said.startswith("Noted: this was yours")
    watched.shows(offer.ts, "*This was us*")


def test_details_stand_in_the_thread_and_are_no_messages_of_their_own(watched: Watched) -> None:
    offer = watched.an_offer()

    replies = watched.eventually(lambda: watched.message(offer.ts)["replies"], "details in the thread")

    text = str(replies)
    assert "Rule: change." in text
    assert "Event: " in text
    assert not any(one["aloud"] for one in replies)
