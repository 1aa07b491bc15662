"""Which secret became which is remembered along its whole line, in memory and in DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from builders import a_response
from fakes import FakeLedger, FixedClock
from nightlatch.adapters.ledger.moves import MOVES_KEPT, DynamoMoves
from nightlatch.adapters.snapshots.metadata_dynamodb import KEPT_FOR
from nightlatch.domain.answering.acting import Moved
from nightlatch.domain.history.examples import AT, a_secret
from worlds import a_table, items_of, on_moto

OLDEST, OLD, NEW = (a_secret(suffix=suffix).text for suffix in ("AbCdEf", "GhIjKl", "MnOpQr"))


@pytest.fixture(params=["fake", "moto"])
def moves(request, monkeypatch) -> Iterator[Any]:
    clock = FixedClock(AT)
    if request.param == "fake":
        yield FakeLedger(clock)
        return
    with on_moto(monkeypatch):
        yield DynamoMoves(a_table()[0], now=clock)


def test_a_secret_that_was_created_again_twice_has_two_earlier_arns_the_latest_first(moves):
    moves.record_moved(a_response(), Moved(old=OLDEST, new=OLD))
    moves.record_moved(a_response(), Moved(old=OLD, new=NEW))

    assert moves.earlier(NEW) == (OLD, OLDEST)
    assert moves.earlier(OLD) == (OLDEST,)


def test_noting_it_twice_is_noting_it_once(moves):
    for _ in range(2):
        moves.record_moved(a_response(), Moved(old=OLD, new=NEW))

    assert moves.earlier(NEW) == (OLD,)


def test_a_secret_that_nightlatch_never_created_was_nothing_else(moves):
    moves.record_moved(a_response(), Moved(old=OLD, new=NEW))

    assert moves.earlier(a_secret(suffix="ZzZzZz").text) == ()


def test_a_line_that_bites_its_tail_has_an_end(moves):
    moves.record_moved(a_response(), Moved(old=OLD, new=NEW))
    moves.record_moved(a_response(), Moved(old=NEW, new=OLD))

    assert set(moves.earlier(NEW)) <= {OLD, NEW}


def test_it_is_kept_as_long_as_anything_of_the_old_secret_and_says_by_which_response(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        DynamoMoves(table, now=FixedClock(AT)).record_moved(a_response(), Moved(old=OLD, new=NEW))

        (item,) = items_of(client)

    assert item["response"] == {"S": "r-1"}
    assert int(item["expires_at"]["N"]) == (AT + MOVES_KEPT).timestamp()
    assert MOVES_KEPT >= KEPT_FOR
