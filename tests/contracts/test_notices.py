"""Each change of an incident is shown once per channel, however often it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from fakes import FakeNotices, FixedClock
from nightlatch.adapters.notices import LEASE, DynamoNotices
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.examples import AT
from nightlatch.service.ports import Notice, Notices
from worlds import a_table, at_once, items_of, on_moto

NOTICE = Notice("inc-1", "slack-revision-1")


@pytest.fixture(params=["fake", "moto"])
def notices(request, monkeypatch) -> Iterator[Notices]:
    if request.param == "fake":
        yield FakeNotices()
        return
    with on_moto(monkeypatch):
        yield DynamoNotices(a_table()[0], now=FixedClock())


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


def test_of_several_who_ask_for_a_thread_that_is_not_there_one_may_post_it(notices):
    def post(number: int) -> str | None:
        place = notices.thread("inc-1", "slack")
        if place is None:
            notices.remember("inc-1", "slack", f"C1/{number}")
        return place

    places = at_once([partial(post, number) for number in range(6)])

    assert places.count(None) == 1
    assert len(set(places)) == 2


def test_who_could_not_post_lets_the_next_one(notices):
    assert notices.thread("inc-1", "slack") is None
    notices.remember("inc-1", "slack", None)

    assert notices.thread("inc-1", "slack") is None
