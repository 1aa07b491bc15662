"""What somebody allowed is found by its secret while it matters, and by its end once, in memory and in DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from builders import a_response
from fakes import FakeAllowances, FakeLedger, FixedClock
from nightlatch.adapters.ledger.allowances import DynamoAllowances
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, advance
from nightlatch.domain.history.examples import AT, a_secret
from worlds import WholeLedger, a_table, items_of, on_moto

UNTIL = AT + timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class World:
    ledger: Any
    allowances: Any

    def allowed(self, *, ends_with: Signal | None = Signal.SUCCEED, **changes: Any) -> Response:
        """Carry an allowance out as the responder does."""
        action = Action(kind=ActionKind.ALLOW_DELETION, secret=a_secret(), force=True, until=UNTIL, note="torn down")
        return self.carry_out(replace(action, **changes), ends_with=ends_with)

    def carry_out(
        self, action: Action, *, response_id: str = "r-1", at: datetime = AT, ends_with: Signal | None = Signal.SUCCEED
    ) -> Response:
        """Carry an act out as the responder does."""
        response = a_response(ResponseState.APPROVED, action=action, now=at, id=response_id, button="")
        self.ledger.propose(response)
        for signal in (Signal.START, ends_with):
            if signal is not None:
                moved = advance(response, signal, actor="responder", now=at)
                self.ledger.move(moved, was=response.state)
                response = moved
        return response


@pytest.fixture(params=["fake", "moto"])
def world(request, monkeypatch) -> Iterator[World]:
    clock = FixedClock(AT)
    if request.param == "fake":
        ledger = FakeLedger(clock)
        yield World(ledger, FakeAllowances(ledger))
        return
    with on_moto(monkeypatch):
        table, _ = a_table()
        yield World(WholeLedger(table, now=clock), DynamoAllowances(table))


def test_an_allowance_is_found_by_any_name_of_its_secret(world):
    world.allowed()

    (found,) = world.allowances.on([a_secret("prod/api"), a_secret(suffix=None)])

    assert (found.secret, found.force, found.until, found.reason) == (a_secret(), True, UNTIL, "torn down")
    assert (found.starts, found.by) == (AT, "ben (U0BEN)")
    assert not world.allowances.on([a_secret("prod/api")])


@pytest.mark.parametrize("ends_with", [None, Signal.FAIL])
def test_what_was_not_carried_out_allows_nothing_and_may_have_begun(world, ends_with):
    response = world.allowed(ends_with=ends_with)

    assert not world.allowances.on([a_secret()])
    assert world.allowances.begun(AT) == [response]
    assert world.allowances.begun(UNTIL) == [response]


def test_other_acts_on_the_secret_allow_nothing(world):
    world.allowed(kind=ActionKind.APPLY_GUARD)

    assert not world.allowances.on([a_secret()])


def test_one_that_began_is_known_from_then_on_and_forgotten_a_day_after_its_end(world):
    response = world.allowed()

    assert world.allowances.begun(AT) == [response]
    assert world.allowances.begun(UNTIL) == [response]
    assert world.allowances.begun(UNTIL + timedelta(hours=23)) == [response]
    assert not world.allowances.begun(UNTIL + timedelta(hours=25))


def test_one_that_waits_for_somebody_has_not_begun(world):
    action = Action(kind=ActionKind.ALLOW_DELETION, secret=a_secret(), force=True, until=UNTIL, note="torn down")
    world.ledger.propose(a_response(action=action))

    assert not world.allowances.begun(AT)


def test_one_that_somebody_ended_allows_nothing_from_then_on(world):
    world.allowed()
    end = Action(kind=ActionKind.END_ALLOWANCE, secret=a_secret(suffix=None))
    world.carry_out(end, response_id="r-end", at=AT + timedelta(minutes=30))
    world.carry_out(replace(end, secret=a_secret("prod/api")), response_id="r-other", at=AT)

    (found,) = world.allowances.on([a_secret()])

    assert found.until == AT + timedelta(minutes=30)


@pytest.mark.parametrize(("ends_with", "minutes"), [(Signal.FAIL, 30), (None, 30), (Signal.SUCCEED, -30)])
def test_an_end_that_failed_or_came_before_ends_nothing(world, ends_with, minutes):
    world.allowed()
    end = Action(kind=ActionKind.END_ALLOWANCE, secret=a_secret())
    world.carry_out(end, response_id="r-end", at=AT + timedelta(minutes=minutes), ends_with=ends_with)

    (found,) = world.allowances.on([a_secret()])

    assert found.until == UNTIL


def test_what_it_allowed_to_be_scheduled_finds_it_when_the_longest_window_is_over(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        clock = FixedClock(AT)
        World(WholeLedger(table, now=clock), DynamoAllowances(table)).allowed()

        kept = [item for item in items_of(client) if item["pk"]["S"].startswith("allowed#")]

    assert kept
    assert min(int(item["expires_at"]["N"]) for item in kept) >= (UNTIL + timedelta(days=31)).timestamp()
