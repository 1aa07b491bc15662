"""A wish is a yes: whoever may not say yes to the button may not ask for the same from the command line."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from builders import a_response
from fakes import FakeIncidents, FakeLedger, FixedClock
from nightlatch.domain.answering.acting import Plan, Seen
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.policy import Approver, Policy
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.errors import Unauthorised
from nightlatch.domain.history.examples import AT, a_secret, a_user
from nightlatch.service.wish import Preview, WishPorts, request

ANA, BEN = a_user("ana"), a_user("ben")
APPROVERS = {
    one.key: Approver(slack_id=f"U0{one.name.upper()}", name=one.name, principals=(one.key,)) for one in (ANA, BEN)
}
ROLL_BACK = Action(kind=ActionKind.ROLL_BACK, secret=a_secret(), away_from="v2", to="v1")
LET_GO = Action(kind=ActionKind.LIFT_DENY, target=ANA.key)


@dataclass
class World:
    ledger: FakeLedger = field(default_factory=lambda: FakeLedger(FixedClock(AT)))

    def wish(self, action: Action, *, by=ANA, people: int = 1) -> Response:
        ports = WishPorts(ledger=self.ledger, offers=self.ledger, incidents=FakeIncidents(), mint=lambda: "b-2")
        wished = Preview(action=action, seen=Seen(), plan=Plan(calls=(), says="done"), people=people)
        return request(wished, by=by, approver=APPROVERS[by.key], policy=Policy(), ports=ports, now=AT)


@pytest.fixture
def world() -> World:
    return World()


def test_who_acted_in_the_event_may_not_wish_what_they_may_not_approve(world):
    world.ledger.propose(a_response(action=ROLL_BACK, caused_by=ANA, incident_id=None))

    with pytest.raises(Unauthorised, match="ana acted in this event"):
        world.wish(ROLL_BACK)

    assert world.wish(ROLL_BACK, by=BEN).state is ResponseState.APPROVED


def test_whoever_is_stopped_may_not_let_themselves_go(world):
    with pytest.raises(Unauthorised, match="ana"):
        world.wish(LET_GO)

    assert world.wish(LET_GO, by=BEN).state is ResponseState.APPROVED


def test_wishes_for_two_earlier_states_within_a_minute_are_two(world):
    put_back = Action(kind=ActionKind.PUT_BACK, secret=a_secret(), parts=("policy",), snapshot="1a")

    first, second = world.wish(put_back), world.wish(replace(put_back, snapshot="2b"))

    assert (first.action.snapshot, second.action.snapshot) == ("1a", "2b")
    assert world.wish(put_back) == first


def test_the_wish_of_a_person_for_two_is_no_event_in_which_they_acted(world):
    first = world.wish(ROLL_BACK, people=2)
    world.ledger.move(replace(first, steps=(*first.steps, *first.steps)), was=ResponseState.PROPOSED)

    assert world.wish(replace(ROLL_BACK, to="v0"), people=2).state is ResponseState.PROPOSED
