"""What was judged is known to whoever compares it with the event history, and where the last look ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from nightlatch.adapters.watching.judged_dynamodb import DynamoJudged
from nightlatch.domain.history.examples import AT
from worlds import a_table, on_moto


@pytest.fixture
def judged(monkeypatch) -> Iterator[DynamoJudged]:
    with on_moto(monkeypatch):
        yield DynamoJudged(a_table()[0])


def test_what_was_noted_is_left_out_however_many_there_are(judged):
    ids = [f"event-{number}" for number in range(250)]

    judged.note(ids[:240], AT)
    judged.note(ids[:240], AT)

    assert judged.without(ids) == ids[240:]


def test_where_the_last_look_ended_is_known(judged):
    assert judged.until() is None

    judged.looked(AT)
    judged.looked(AT + timedelta(minutes=14))

    assert judged.until() == AT + timedelta(minutes=14)
