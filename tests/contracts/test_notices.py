"""Each change of an incident is shown once per channel, however often it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from threading import Thread
from time import sleep

import pytest

from fakes import FakeNotices, FixedClock
from nightlatch.adapters.notices import LEASE, DynamoNotices
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.history.examples import AT
from nightlatch.service.ports import Notice, Notices
from worlds import a_table, at_once, items_of, on_moto

NOTICE = Notice("inc-1", "slack-revision-1")


@pytest.fixture(params=["fake", "moto"])
def notices(request, monkeypatch) -> Iterator[Notices]:
    if request.param == "fake":
        yield FakeNotices()
        return
    with on_moto(monkeypatch):
        yield DynamoNotices(a_table()[0], now=FixedClock(), pause=lambda _: sleep(0.02))


def test_a_notice_is_claimed_once_and_shown_once(notices):
    assert notices.claim(NOTICE, AT)

    notices.shown(NOTICE)

    assert not notices.claim(NOTICE, AT)
    assert not notices.claim(NOTICE, AT + timedelta(days=1))


def test_a_notice_that_somebody_shows_now_comes_again_later(notices):
    notices.claim(NOTICE, AT)

    with pytest.raises(Unavailable, match="inc-1"):
        notices.claim(NOTICE, AT + LEASE - timedelta(seconds=1))


def test_a_claim_that_came_to_nothing_is_free_after_its_lease(notices):
    notices.claim(NOTICE, AT)

    assert notices.claim(NOTICE, AT + LEASE)


def test_another_change_is_another_notice(notices):
    notices.claim(NOTICE, AT)
    notices.shown(NOTICE)

    assert notices.claim(Notice("inc-1", "slack-revision-2"), AT)
    assert notices.claim(Notice("inc-2", "slack-revision-1"), AT)


def test_of_many_who_claim_at_once_one_gets_it(notices):
    def claim() -> bool:
        try:
            return notices.claim(NOTICE, AT)
        except Unavailable:
            return False

    assert at_once([partial(claim) for _ in range(16)]).count(True) == 1


def test_a_channel_finds_its_message_again(notices):
    assert notices.thread("inc-1", "slack") is None

    notices.remember("inc-1", "slack", "C1/1700000000.1")
    notices.remember("inc-1", "slack", "C1/1700000000.2")

    assert notices.thread("inc-1", "slack") == "C1/1700000000.2"
    assert notices.thread("inc-1", "sns") is None
    assert notices.thread("inc-2", "slack") is None


def test_claims_and_places_have_their_time_to_live(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        notices = DynamoNotices(table, now=FixedClock(AT))
        notices.claim(NOTICE, AT)
        notices.shown(NOTICE)
        notices.claim(Notice("inc-2", "slack-revision-1"), AT)
        notices.remember("inc-1", "slack", "C1/1")

        kept = [(item["pk"]["S"], int(item["expires_at"]["N"])) for item in items_of(client)]

    days = sorted((key, (seconds - AT.timestamp()) / 86_400) for key, seconds in kept)
    assert days == [("notice#inc-1", 90), ("notice#inc-2", 90), ("thread#inc-1", 400)]


def test_while_somebody_posts_a_message_first_nobody_else_may(notices):
    assert notices.thread("inc-1", "slack") is None

    with pytest.raises(Unavailable, match="inc-1"):
        notices.thread("inc-1", "slack")
    assert notices.thread("inc-1", "sns") is None


def test_who_asks_while_a_message_is_posted_waits_for_its_place(notices):
    assert notices.thread("inc-1", "slack") is None
    asking = Thread(target=lambda: places.append(notices.thread("inc-1", "slack")))
    places: list[str | None] = []
    asking.start()

    notices.remember("inc-1", "slack", "C1/1")
    asking.join(timeout=30)

    assert places == ["C1/1"]


def test_who_could_not_post_lets_the_next_one(notices):
    assert notices.thread("inc-1", "slack") is None
    notices.remember("inc-1", "slack", None)

    assert notices.thread("inc-1", "slack") is None


def test_a_process_that_died_while_it_posted_is_waited_for_no_longer_than_its_lease(monkeypatch):
    with on_moto(monkeypatch):
        table, _ = a_table()
        assert DynamoNotices(table, now=FixedClock(AT)).thread("inc-1", "slack") is None

        assert DynamoNotices(table, now=FixedClock(AT + LEASE)).thread("inc-1", "slack") is None
