"""An order that is delivered a thousand times, by many responders at once, is carried out once.

The ledger is DynamoDB, as it is on AWS; what was done is told by the hand, which notes every call that it makes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock
from typing import Any

import pytest

from acts.acting_world import AT, ActingWorld, Crash
from acts.scenes import SCENES, Scene
from fakes import FixedClock
from nightlatch.domain.answering.acting import Call
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.responses import LEASE, ResponseState, Signal
from nightlatch.domain.errors import IllegalTransition
from nightlatch.service.act_ports import Hand, RespondPorts
from worlds import WholeLedger, a_table, at_once, in_full, items_of, on_moto

# What comes from the policy alone, many times a day; the others are pressed by a person.
OFTEN = frozenset({ActionKind.RESTORE_DELETED, ActionKind.ROLL_BACK, ActionKind.PIN_SUPERSEDED, ActionKind.APPLY_GUARD})


@dataclass
class Noting:
    """A hand that notes what it does, and may be cut off right after its first call."""

    hand: Hand
    is_cut_off: bool = False
    made: list[Call] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def perform(self, call: Call, on: str) -> str:
        request_id = self.hand.perform(call, on)
        with self._lock:
            self.made.append(call)
            is_first = len(self.made) == 1
        if self.is_cut_off and is_first:
            raise Crash(call.operation)
        return request_id


@dataclass
class Deliveries:
    """One order in a world of its own, to be delivered as often as one likes."""

    world: ActingWorld
    scene: Scene
    table: Any
    hand: Noting
    ports: RespondPorts

    def deliver(self, *, late: bool = False) -> None:
        """Deliver once: where another one runs it now, the queue delivers again."""
        now = AT + LEASE if late else AT
        try:
            self.world.respond(self.ports, now=now)
        except (IllegalTransition, Crash):
            return

    def deliver_at_once(self, count: int, *, late: bool = False) -> None:
        at_once([partial(self.deliver, late=late)] * count)

    @property
    def made(self) -> list[str]:
        return [call.action for call in self.hand.made]


def ordered(kind: ActionKind) -> Deliveries:
    """Prepare a scene, write its order into DynamoDB, and give what delivers it; moto must answer."""
    table, client = a_table()
    world = ActingWorld(ledger=WholeLedger(table, now=FixedClock(AT)))
    world.wish(SCENES[kind].prepare(world), people=SCENES[kind].people)
    ports = world.ports()
    hand = Noting(ports.hand)
    return Deliveries(world, SCENES[kind], client, hand, replace(ports, hand=hand))


@pytest.fixture(params=list(ActionKind), ids=str)
def kind(request: pytest.FixtureRequest) -> ActionKind:
    return request.param


@pytest.fixture
def alone(kind: ActionKind, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[list[str], Any]]:
    """What is done, and how things stand, where the order comes once."""
    with on_moto(monkeypatch):
        once = ordered(kind)
        once.deliver()
        found = once.made, once.scene.state()
    assert found[0]
    return found


def assert_done_once(order: Deliveries, alone: tuple[list[str], Any]) -> None:
    done = order.world.ledger.get("r-1")
    signals = [step.signal for step in done.steps]
    assert (done.state, signals.count(Signal.SUCCEED)) == (ResponseState.SUCCEEDED, 1)
    assert (order.made, order.scene.state()) == alone
    assert len({call.command for call in order.hand.made}) == len(order.hand.made)
    lines = sorted((item["sk"]["S"], item["signal"]["S"]) for item in items_of(order.table) if "signal" in item)
    assert [signal for _, signal in lines] == signals[-len(lines) :]  # of two yeses the first was there before
    assert len(lines) >= len(order.made) + 2  # one each, the start and the end


def test_an_order_that_comes_many_times_at_once_is_carried_out_once(
    kind: ActionKind, alone: tuple[list[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    count = in_full(1_000 if kind in OFTEN else 100, sample=16)
    with on_moto(monkeypatch):
        order = ordered(kind)

        order.deliver_at_once(count)
        order.deliver_at_once(count // 4, late=True)

        assert_done_once(order, alone)
        assert order.world.ledger.get("r-1").yeses


def test_an_order_whose_first_responder_was_cut_off_is_taken_up_by_one_of_many(
    kind: ActionKind, alone: tuple[list[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    count = in_full(1_000 if kind in OFTEN else 100, sample=16)
    retries = [False] * (count // 2) + [True] * (count // 2)
    random.Random(7).shuffle(retries)  # noqa: S311 - an order, no secret
    with on_moto(monkeypatch):
        order = ordered(kind)
        order.hand.is_cut_off = True
        order.deliver()
        assert order.world.ledger.get("r-1").state is ResponseState.RUNNING

        at_once([partial(order.deliver, late=late) for late in retries])

        assert_done_once(order, alone)
