"""The store of history in memory and in DynamoDB: a contract holds for both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nightlatch.adapters.history.trails_dynamodb import DynamoTrails
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.adapters.history.waits_dynamodb import DynamoWaits
from worlds import a_table, on_moto


@pytest.fixture(params=["memory", "moto"])
def stores(request, monkeypatch) -> Iterator[tuple]:
    if request.param == "memory":
        yield MemoryTrails(), MemoryWaits()
        return
    with on_moto(monkeypatch):
        table, _ = a_table()
        yield DynamoTrails(table), DynamoWaits(table)
