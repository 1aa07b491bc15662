"""A guard that was lifted for a planned deletion comes back when the time is over, once, by the same yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import a_response
from fakes import FakeAllowances, FakeDispatch, FakeLedger, FixedClock
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.answering.responses import ResponseState, Signal, advance
from nightlatch.domain.history.examples import AT, a_secret
from nightlatch.service.lapse import LapsePorts, put_guards_back

UNTIL = AT + timedelta(hours=2)
POLICY = Policy(
    default=Protection(mode=Mode.PROTECT, prevent=True),
    inventory=Inventory(break_glass=frozenset({"arn:aws:iam::111122223333:role/break-glass"})),
)


class World:
    def __init__(self, **changes) -> None:
        action = Action(kind=ActionKind.ALLOW_DELETION, secret=a_secret(), force=True, until=UNTIL, note="torn down")
        self.ledger, self.dispatch = FakeLedger(FixedClock(AT)), FakeDispatch()
        self.allowed = a_response(ResponseState.SUCCEEDED, action=replace(action, **changes))
        self.ledger.propose(self.allowed)

    def tick(self, after: timedelta, policy: Policy = POLICY) -> tuple:
        ports = LapsePorts(allowances=FakeAllowances(self.ledger), ledger=self.ledger, dispatch=self.dispatch)
        return put_guards_back(ports, policy, AT + after)


def test_the_guard_is_ordered_back_by_those_who_had_it_lifted():
    world = World()

    (ordered,) = world.tick(timedelta(hours=2))

    assert (ordered.action.kind, ordered.action.secret) == (ActionKind.APPLY_GUARD, a_secret())
    assert ordered.state is ResponseState.APPROVED
    assert ordered.yeses == world.allowed.yeses
    assert not ordered.is_by_policy  # the brakes are against fights, and this is none
    assert world.dispatch.responses == [(world.dispatch.responses[0][0], ordered.id)]


def test_many_ticks_order_it_once():
    world = World()

    first = [world.tick(timedelta(hours=2, minutes=minute)) for minute in range(3)]

    assert len({ordered.id for one in first for ordered in one}) == 1
    assert len(world.dispatch.responses) == 1


@pytest.mark.parametrize("changes", [{"force": False}, {"until": UNTIL + timedelta(minutes=1)}])
def test_nothing_comes_back_that_was_not_lifted_or_is_not_over(changes):
    assert not World(**changes).tick(timedelta(hours=2))


def test_what_the_policy_no_longer_asks_to_guard_stays_without():
    policy = replace(POLICY, default=Protection(mode=Mode.PROTECT))

    assert not World().tick(timedelta(hours=2), policy)


def test_a_put_back_that_is_done_is_not_sent_again():
    world = World()
    (ordered,) = world.tick(timedelta(hours=2))
    world.ledger.by_id[ordered.id] = replace(ordered, state=ResponseState.SUCCEEDED)

    assert not world.tick(timedelta(hours=2, minutes=7))


def test_one_that_the_brake_held_and_nobody_answered_is_ordered_again():
    world = World()
    (ordered,) = world.tick(timedelta(hours=2, minutes=1))
    until = AT + timedelta(hours=3)
    held = replace(
        advance(ordered, Signal.HOLD, actor="responder", now=UNTIL, note="the kill switch is on"), expires_at=until
    )
    world.ledger.move(held, was=ResponseState.APPROVED)
    assert world.tick(timedelta(hours=2, minutes=2)) == ()

    (again,) = world.tick(timedelta(hours=3, minutes=1))

    assert again.state is ResponseState.APPROVED
    assert again.id != ordered.id
    assert again.yeses == ordered.yeses
