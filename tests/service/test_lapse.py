"""A guard that was lifted for a planned deletion comes back when the time is over or the lifting came to nothing.

It comes back once, by the same yes where one stands; where it does not come back, people are told.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import a_response
from fakes import FakeAllowances, FakeDispatch, FakeIncidents, FakeKillSwitch, FakeLedger, FixedClock
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, advance
from nightlatch.domain.history.examples import AT, a_secret
from nightlatch.service.lapse import LapsePorts, put_guards_back

HOURS = timedelta(hours=1)
MINUTES = timedelta(minutes=1)
UNTIL = AT + 2 * HOURS
POLICY = Policy(
    default=Protection(mode=Mode.PROTECT, prevent=True),
    inventory=Inventory(break_glass=frozenset({"arn:aws:iam::111122223333:role/break-glass"})),
)
HELD = (Signal.HOLD,)  # after it was begun: the guard may be off
CAME_TO_NOTHING = [HELD, (Signal.FAIL,), (Signal.HOLD, Signal.DENY), (Signal.HOLD, Signal.EXPIRE)]


class World:
    def __init__(
        self, state: ResponseState = ResponseState.SUCCEEDED, *then: Signal, started: bool = True, **changes
    ) -> None:
        action = Action(kind=ActionKind.ALLOW_DELETION, secret=a_secret(), force=True, until=UNTIL, note="torn down")
        self.ledger, self.dispatch = FakeLedger(FixedClock(AT)), FakeDispatch()
        self.incidents, self.kill_switch = FakeIncidents(), FakeKillSwitch()
        self.allowed = a_response(state, action=replace(action, **changes))
        for signal in then:
            self.allowed = advance(self.allowed, signal, actor="responder", now=AT + MINUTES, note="the brake")
        if not started:
            steps = tuple(step for step in self.allowed.steps if step.signal is not Signal.START)
            self.allowed = replace(self.allowed, steps=steps)
        self.ledger.propose(self.allowed)

    def tick(self, after: timedelta, policy: Policy = POLICY) -> tuple[Response, ...]:
        ports = LapsePorts(
            allowances=FakeAllowances(self.ledger),
            ledger=self.ledger,
            offers=self.ledger,
            incidents=self.incidents,
            dispatch=self.dispatch,
            kill_switch=self.kill_switch,
            mint=lambda: "b-again",
        )
        return put_guards_back(ports, policy, AT + after)

    def ends(self, response: Response, *signals: Signal, after: timedelta, note: str = "no room", **changes) -> None:
        """Let the responder do something with what was ordered."""
        for signal in signals:
            was = response.state
            response = advance(response, signal, actor="responder", now=AT + after, note=note)
            response = replace(response, **(changes if signal is signals[-1] else {}))
            self.ledger.move(response, was=was)

    @property
    def told(self) -> Incident:
        (incident,) = self.incidents.by_id.values()
        assert incident.id in {notice.incident_id for notice in self.dispatch.notices}
        return incident


def test_the_guard_is_ordered_back_by_those_who_had_it_lifted():
    world = World()

    (ordered,) = world.tick(2 * HOURS)

    assert (ordered.action.kind, ordered.action.secret) == (ActionKind.APPLY_GUARD, a_secret())
    assert ordered.state is ResponseState.APPROVED
    assert ordered.yeses == world.allowed.yeses
    assert not ordered.is_by_policy  # the brakes are against fights, and this is none
    assert world.dispatch.responses == [(world.dispatch.responses[0][0], ordered.id)]
    assert not world.incidents.by_id


def test_many_ticks_order_it_once():
    world = World()

    first = [world.tick(2 * HOURS + minute * MINUTES) for minute in range(3)]

    assert len({ordered.id for one in first for ordered in one}) == 1
    assert len(world.dispatch.responses) == 1


@pytest.mark.parametrize("changes", [{"force": False}, {"until": UNTIL + MINUTES}])
def test_nothing_comes_back_that_was_not_lifted_or_is_not_over(changes):
    assert not World(**changes).tick(2 * HOURS)


def test_what_the_policy_no_longer_asks_to_guard_stays_without():
    policy = replace(POLICY, default=Protection(mode=Mode.PROTECT))

    assert not World().tick(2 * HOURS, policy)


def test_a_put_back_that_is_done_is_not_sent_again():
    world = World()
    (ordered,) = world.tick(2 * HOURS)
    world.ends(ordered, Signal.START, Signal.SUCCEED, after=2 * HOURS)

    assert not world.tick(2 * HOURS + 7 * MINUTES)
    assert not world.incidents.by_id


# What lifted it came to nothing


@pytest.mark.parametrize("then", CAME_TO_NOTHING)
def test_what_was_begun_and_came_to_nothing_does_not_wait_for_its_end(then):
    world = World(ResponseState.RUNNING, *then)

    (ordered,) = world.tick(2 * MINUTES)

    assert ordered.action.kind is ActionKind.APPLY_GUARD
    assert ordered.state is ResponseState.APPROVED


def test_a_yes_that_was_taken_back_by_a_hold_counts_no_more_and_the_brakes_hold_for_the_policys():
    world = World(ResponseState.RUNNING, *HELD)

    (ordered,) = world.tick(2 * MINUTES)

    assert ordered.is_by_policy


@pytest.mark.parametrize("state", [ResponseState.RUNNING, ResponseState.SUCCEEDED])
def test_one_that_is_under_way_or_in_force_is_left_alone_until_its_end(state):
    world = World(state)

    assert not world.tick(2 * HOURS - MINUTES)
    assert world.tick(2 * HOURS)  # one that was cut off too: nobody may ever go on with it


@pytest.mark.parametrize("state", [ResponseState.PROPOSED, ResponseState.APPROVED, ResponseState.DENIED])
def test_one_that_was_never_begun_has_taken_nothing_out(state):
    assert not World(state).tick(3 * HOURS)


def test_one_that_was_refused_before_it_began_has_taken_nothing_out():
    assert not World(ResponseState.FAILED, started=False).tick(3 * HOURS)


def test_a_second_lifting_by_the_same_response_is_put_back_too():
    world = World(ResponseState.RUNNING, *HELD)
    (first,) = world.tick(2 * MINUTES)
    world.ends(first, Signal.START, Signal.SUCCEED, after=2 * MINUTES)
    later = replace(world.allowed.action, until=UNTIL + HOURS)
    again = replace(a_response(ResponseState.SUCCEEDED, now=AT + HOURS, action=later), id=world.allowed.id)
    world.ledger.by_id[again.id] = again

    (second,) = world.tick(3 * HOURS)

    assert second.id != first.id
    assert second.action.kind is ActionKind.APPLY_GUARD


# It does not come back


def test_while_the_kill_switch_is_on_nothing_is_ordered_and_people_are_told_once():
    world = World()
    world.kill_switch.on = True

    assert world.tick(2 * HOURS) == ()
    assert world.tick(2 * HOURS + MINUTES) == ()

    assert "the kill switch is on" in world.told.lead.reason
    assert "nightlatch guard apply prod/db" in world.told.lead.reason
    assert len({notice.mark for notice in world.dispatch.notices}) == 1
    world.kill_switch.on = False
    assert len(world.tick(2 * HOURS + 2 * MINUTES)) == 1


def test_one_that_the_brake_held_is_ordered_again_once_it_is_off():
    world = World()
    (ordered,) = world.tick(2 * HOURS)
    world.ends(ordered, Signal.HOLD, after=2 * HOURS, note="the kill switch is on")
    assert world.tick(2 * HOURS + MINUTES) == ()
    assert "the kill switch is on" in world.told.lead.reason
    assert ordered.id in world.told.responses

    (again,) = world.tick(2 * HOURS + 6 * MINUTES)

    assert again.state is ResponseState.APPROVED
    assert again.id != ordered.id
    assert again.yeses == ordered.yeses


@pytest.mark.parametrize("signals", [(Signal.FAIL,), (Signal.HOLD, Signal.DENY), (Signal.HOLD, Signal.EXPIRE)])
def test_one_that_failed_or_that_one_person_declined_is_told_and_tried_again_ever_less_often(signals):
    world = World()
    (first,) = world.tick(2 * HOURS)
    world.ends(first, *signals, after=2 * HOURS)

    assert world.tick(2 * HOURS + 59 * MINUTES) == ()
    assert first.id in world.told.responses
    (second,) = world.tick(3 * HOURS)
    world.ends(second, *signals, after=3 * HOURS)
    assert world.tick(4 * HOURS) == ()
    assert len(world.tick(5 * HOURS)) == 1


def test_why_it_failed_is_said():
    world = World()
    (ordered,) = world.tick(2 * HOURS)
    world.ends(ordered, Signal.FAIL, after=2 * HOURS, note="no room for the guard")

    world.tick(2 * HOURS + MINUTES)

    assert "no room for the guard" in world.told.lead.reason


def test_a_secret_that_was_deleted_as_allowed_is_nobodys_news():
    world = World()
    (ordered,) = world.tick(2 * HOURS)
    world.ends(ordered, Signal.FAIL, after=2 * HOURS, note="secret prod/db does not exist", gone=True)

    assert world.tick(5 * HOURS) == ()
    assert not world.incidents.by_id


def test_one_that_nobody_carries_out_is_told():
    world = World()
    (ordered,) = world.tick(2 * HOURS)

    world.tick(2 * HOURS + 11 * MINUTES)

    assert "not done yet" in world.told.lead.reason
    assert ordered.id in world.told.responses


def test_the_message_is_shown_anew_when_it_comes_back_after_all():
    world = World()
    world.kill_switch.on = True
    world.tick(2 * HOURS)
    world.tick(2 * HOURS + 20 * MINUTES)
    world.kill_switch.on = False

    (ordered,) = world.tick(2 * HOURS + 21 * MINUTES)

    assert world.ledger.told_too(ordered.id) == (world.told.id,)
