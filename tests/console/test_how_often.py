"""The page of a secret says how often each of its readers reads it, as far as that was counted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fakes import FixedClock
from nightlatch.adapters.counting.pages_dynamodb import item_of
from nightlatch.adapters.counting.process_counts import ProcessCounts
from nightlatch.console.secret import how_often
from nightlatch.domain.history.examples import a_role, a_secret, an_event
from worlds import a_table, on_moto

APP = a_role("app")


def test_a_reader_is_told_with_its_rate_and_whence_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_moto(monkeypatch):
        table, _ = a_table()
        clock = FixedClock()
        connection: Any = SimpleNamespace(state=table, now=clock)
        before = how_often(a_secret(), connection)
        counted = ProcessCounts("a", now=clock)
        reads = [an_event(secret=a_secret(), by=APP, at=clock(), event_id=f"e-{number}") for number in range(30)]
        counted.note(reads, (), lambda one: one)
        table.put_all(map(item_of, counted.pages(rides=True)))

        assert before == {}
        assert how_often(a_secret(), connection) == {
            APP.key: f"30/h, last {clock():%Y-%m-%d %H:%M} UTC from 198.51.100.0/24 (public)"
        }
