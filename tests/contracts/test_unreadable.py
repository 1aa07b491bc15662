"""A stored response that cannot be read stops nobody from telling or deciding, and counts against acting by policy."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from builders import a_response, approved_by_policy
from fakes import FixedClock
from nightlatch.adapters.ledger.allowances import DynamoAllowances
from nightlatch.adapters.ledger.deeds import DynamoDeeds
from nightlatch.adapters.ledger.offers import DynamoOffers
from nightlatch.adapters.ledger.own_calls import DynamoOwnCalls
from nightlatch.adapters.ledger.responses import DynamoLedger
from nightlatch.adapters.ledger.stored import Complaints
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item, Value
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.brakes import why_hold
from nightlatch.domain.answering.policy import Limits
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, advance
from nightlatch.domain.errors import Unreadable
from nightlatch.domain.history.examples import AT, a_secret, an_event
from nightlatch.domain.history.sightings import sighting_of
from worlds import a_table, on_moto

KEYS = a_secret().keys
DAMAGED: list[Value] = ["{}", "no JSON", b"\x00\x01", b"x\x9c\x03\x00\x00\x00\x00\x01"]


@dataclass(frozen=True, slots=True)
class World:
    table: Table
    clock: FixedClock
    complaints: Complaints

    @property
    def ledger(self) -> DynamoLedger:
        return DynamoLedger(self.table, now=self.clock)

    @property
    def deeds(self) -> DynamoDeeds:
        return DynamoDeeds(self.table, now=self.clock, complaints=self.complaints)

    @property
    def offers(self) -> DynamoOffers:
        return DynamoOffers(self.table, now=self.clock, complaints=self.complaints)

    def started(self, response_id: str, **changes: Any) -> Response:
        response = approved_by_policy(a_response(id=response_id, button=f"b-{response_id}", **changes))
        self.ledger.propose(response)
        operations = frozenset({"UpdateSecretVersionStage"})
        running = replace(advance(response, Signal.START, actor="responder", now=AT), operations=operations)
        self.ledger.move(running, was=ResponseState.APPROVED)
        return running

    def damage(self, response_id: str, stored: Value | None = "{}") -> None:
        """Leave of a response what nobody can read."""
        item: Item = self.table.get(f"response#{response_id}", "response") or {}
        rest = {name: value for name, value in item.items() if name != "response"}
        self.table.put(rest if stored is None else {**rest, "response": stored})


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with on_moto(monkeypatch):
        yield World(a_table()[0], FixedClock(AT), Complaints())


@pytest.mark.parametrize("stored", [*DAMAGED, None])
def test_what_cannot_be_read_is_an_error_where_it_is_asked_for(world: World, stored: Value | None) -> None:
    world.started("r-1")
    world.damage("r-1", stored)

    with pytest.raises(Unreadable):
        world.ledger.get("r-1")


@pytest.mark.parametrize("stored", [*DAMAGED, None])
def test_the_past_counts_it_and_shows_the_others(
    world: World, stored: Value | None, caplog: pytest.LogCaptureFixture
) -> None:
    world.started("r-1")
    other = world.started("r-2")
    world.damage("r-1", stored)

    with caplog.at_level(logging.WARNING):
        past = world.deeds.past(a_response(id="r-9"))

    assert past.here == (other,)
    assert (past.unreadable, len(past.everywhere)) == (1, 2)
    assert [(record.message, record.pk) for record in caplog.records] == [  # type: ignore[attr-defined]
        ("stored response cannot be read", "response#r-1")
    ]
    assert (world.complaints.taken(), world.complaints.taken()) == (1, 0)


def test_acting_by_policy_ends_the_sooner_for_it_and_people_go_on(world: World) -> None:
    for response_id in ("r-1", "r-2"):
        world.started(response_id)
        world.damage(response_id)
    asked = a_response(id="r-9")
    past = world.deeds.past(asked)

    assert "(2 of them cannot be read in the ledger)" in str(why_hold(approved_by_policy(asked), past, Limits(), AT))
    assert why_hold(a_response(ResponseState.APPROVED, id="r-9"), past, Limits(), AT) is None


def test_after_its_day_it_counts_no_more_though_the_table_still_has_it(world: World) -> None:
    world.started("r-1")
    world.damage("r-1")
    world.clock.advance(timedelta(days=1, seconds=1))

    assert world.deeds.past(a_response(id="r-9")).unreadable == 0


def test_our_calls_that_were_recorded_stay_ours_and_the_others_are_judged(world: World) -> None:
    world.deeds.record_own(world.started("r-1"), "req-1")
    world.damage("r-1")

    assert world.deeds.is_own(an_event("UpdateSecretVersionStage", secret=a_secret(), request_id="req-1"))
    assert not world.deeds.is_own(an_event("UpdateSecretVersionStage", secret=a_secret(), request_id="req-2"))


def test_offers_and_allowances_pass_over_it(world: World) -> None:
    until = AT + timedelta(hours=2)
    world.started("r-0", action=Action(kind=ActionKind.ALLOW_DELETION, secret=a_secret(), until=until))
    for response_id in ("r-1", "r-2"):
        world.ledger.propose(a_response(id=response_id, button=f"b-{response_id}"))
    for response_id in ("r-0", "r-1"):
        world.damage(response_id)
    expiry = a_response().expires_at

    assert [one.id for one in world.offers.on(KEYS)] == ["r-2"]
    assert [one.id for one in world.offers.about(KEYS)] == ["r-2"]
    assert [one.id for one in world.offers.waiting(AT)] == ["r-2"]
    assert [one.id for one in world.offers.run_out(expiry)] == ["r-2"]
    assert world.complaints.taken() == 5
    assert DynamoAllowances(world.table, complaints=world.complaints).on([a_secret()]) == []
    assert world.complaints.taken() == 1


def test_a_timeline_names_nightlatch_where_the_response_cannot_be_read(world: World) -> None:
    world.deeds.record_own(world.started("r-1"), "req-1")
    world.damage("r-1")
    seen = sighting_of(an_event("UpdateSecretVersionStage", secret=a_secret()))

    assert DynamoOwnCalls(world.table).behind([replace(seen, own=True, request_id="req-1")]) == {}
