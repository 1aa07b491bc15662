"""How channels do is shared: what one process writes the next one reads, and of two that write one does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from fakes import FixedClock
from fakes_channels import FakeCircuits
from nightlatch.adapters.circuits import DynamoCircuits
from nightlatch.domain.answering.circuits import Circuit, failed, succeeded
from nightlatch.domain.history.examples import AT
from nightlatch.service.channel_ports import Circuits
from worlds import a_table, at_once, on_moto


@pytest.fixture(params=["fake", "moto"])
def circuits(request, monkeypatch) -> Iterator[Circuits]:
    if request.param == "fake":
        yield FakeCircuits()
        return
    with on_moto(monkeypatch):
        yield DynamoCircuits(a_table()[0], now=FixedClock())


def test_a_channel_of_which_nothing_is_known_is_well(circuits):
    assert circuits.of("slack") == Circuit(channel="slack")


def test_what_was_written_is_read_and_channels_stand_apart(circuits):
    well = circuits.of("slack")
    down = failed(well, "slack answered 500", AT)

    assert circuits.move(down, was=well)

    assert circuits.of("slack") == down
    assert circuits.of("sns") == Circuit(channel="sns")


def test_of_two_processes_that_write_one_does(circuits):
    well = circuits.of("slack")
    writes = [partial(circuits.move, failed(well, f"reason {n}", AT), was=well) for n in range(8)]

    assert sorted(at_once(writes)) == [False] * 7 + [True]


def test_who_read_too_early_writes_nothing(circuits):
    well = circuits.of("slack")
    down = failed(well, "slack answered 500", AT)
    circuits.move(down, was=well)
    back = succeeded(down, AT)
    assert circuits.move(back, was=down)

    assert not circuits.move(failed(down, "late", AT), was=down)
    assert circuits.of("slack") == back


def test_what_cannot_be_read_is_well_and_can_be_written_over(monkeypatch):
    with on_moto(monkeypatch):
        table = a_table()[0]
        table.put({"pk": "circuit#slack", "sk": "circuit", "circuit": "{no", "revision": 4})
        circuits = DynamoCircuits(table, now=FixedClock())
        known = circuits.of("slack")

        assert not known.is_failing
        assert circuits.move(failed(known, "slack answered 500", AT), was=known)
        assert circuits.of("slack").is_failing
