"""What was judged is known to whoever compares it with the event history, and how far each name was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from nightlatch.adapters.watching.judged_dynamodb import DynamoJudged
from nightlatch.domain.history.examples import AT
from nightlatch.domain.watching.lookups import Progress, Span
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


def test_how_far_each_name_was_looked_at_is_known(judged):
    assert judged.progress() == {}
    done = Progress(until=AT, asked=AT + timedelta(seconds=1, microseconds=7))
    cut = replace(done, left=Span(AT - timedelta(hours=1), AT - timedelta(minutes=1)))

    judged.looked({"DeleteSecret": cut})
    judged.looked({"DeleteSecret": done, "PutSecretValue": cut})

    assert judged.progress() == {"DeleteSecret": done, "PutSecretValue": cut}


@pytest.mark.parametrize("names", ["", "[]", "null", '{"DeleteSecret": []}', '{"DeleteSecret": ["then", "now"]}'])
def test_progress_that_cannot_be_read_is_begun_anew(monkeypatch, names):
    with on_moto(monkeypatch):
        table = a_table()[0]
        table.put({"pk": "heart", "sk": "names", "names": names})

        assert DynamoJudged(table).progress() == {}
