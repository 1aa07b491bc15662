"""Of a heartbeat one record counts, whoever brings it how often; the pulse is what all processes know together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from fakes_watching import FakeBeats, FakeStandings
from nightlatch.adapters.watching.beats_dynamodb import DynamoBeats
from nightlatch.domain.history.examples import AT
from nightlatch.domain.watching.beats import Pulse
from nightlatch.service.beat import Beats, Standing, Standings
from worlds import a_table, at_once, on_moto

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture(params=["fake", "moto"])
def beats(request, monkeypatch) -> Iterator[Beats]:
    if request.param == "fake":
        yield FakeBeats()
        return
    with on_moto(monkeypatch):
        yield DynamoBeats(a_table()[0])


def test_before_the_first_nothing_is_known(beats):
    assert beats.pulse() == Pulse()
    assert not beats.is_sent("never")


def test_a_beat_that_comes_back_is_counted_once(beats):
    beats.send("one", AT)

    came = [beats.arrive("one", at=AT + SECOND, lag=SECOND) for _ in range(3)]

    assert came == [True, False, False]
    assert beats.is_sent("one")
    assert beats.pulse() == Pulse(since=AT, sent_at=AT, arrived_at=AT + SECOND, lag=SECOND)


def test_of_two_processes_that_hear_it_one_counts_it(beats):
    beats.send("one", AT)

    assert sorted(at_once([partial(beats.arrive, "one", at=AT, lag=SECOND)] * 8)) == [False] * 7 + [True]


def test_a_nonce_that_was_never_sent_counts_for_nothing(beats):
    beats.send("one", AT)

    assert not beats.arrive("forged", at=AT + SECOND, lag=SECOND)
    assert beats.pulse().arrived_at is None


def test_one_that_comes_back_out_of_order_does_not_turn_time_back(beats):
    for n, nonce in enumerate(("one", "two")):
        beats.send(nonce, AT + n * MINUTE)

    assert beats.arrive("two", at=AT + 2 * MINUTE, lag=MINUTE)
    assert beats.arrive("one", at=AT + MINUTE, lag=MINUTE)

    assert beats.pulse() == Pulse(since=AT, sent_at=AT + MINUTE, arrived_at=AT + 2 * MINUTE, lag=MINUTE)


def test_that_a_silence_was_told_is_known_to_all(beats):
    beats.send("one", AT)

    beats.tell(AT)

    assert beats.pulse().told == AT


@pytest.fixture(params=["fake", "moto"])
def standings(request, monkeypatch) -> Iterator[Standings]:
    if request.param == "fake":
        yield FakeStandings()
        return
    with on_moto(monkeypatch):
        yield DynamoBeats(a_table()[0])


def test_what_is_broken_is_kept_for_the_next_look(standings):
    assert standings.last() == Standing()
    standing = Standing(broken=(("trail", AT),), subscriptions=("email:1",))

    standings.keep(standing)

    assert standings.last() == standing


def test_what_cannot_be_read_is_begun_anew(monkeypatch):
    with on_moto(monkeypatch):
        table = a_table()[0]
        table.put({"pk": "heart", "sk": "paths", "broken": "[", "subscriptions": "[]"})

        assert DynamoBeats(table).last() == Standing()
