"""A button counts once, for a person whom the policy names and who did not act in the event."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from builders import a_response
from fakes import FakeDispatch, FakeLedger
from nightlatch.domain.answering.policy import Approver, Policy
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, Step
from nightlatch.domain.errors import IllegalTransition, NotFound, Unauthorised, Unavailable
from nightlatch.domain.history.examples import AT, a_person, a_role
from nightlatch.service.approve import ApprovePorts, approver_of, press
from nightlatch.service.ports import Notice
from worlds import at_once

POLICY = Policy(
    approvers=(
        Approver(slack_id="U0ANA", name="ana", principals=("ana",)),
        Approver(slack_id="U0BEN", name="ben", principals=("arn:aws:iam::*:user/ben",)),
    )
)


@dataclass
class World:
    ledger: FakeLedger = field(default_factory=FakeLedger)
    dispatch: FakeDispatch = field(default_factory=FakeDispatch)

    def press(self, signal: Signal = Signal.APPROVE, *, by: str = "U0BEN", button: str = "b-1", now=AT) -> Response:
        ports = ApprovePorts(self.ledger, self.dispatch)
        return press(button, slack_id=by, signal=signal, policy=POLICY, ports=ports, now=now)


@pytest.fixture
def world() -> World:
    world = World()
    world.ledger.propose(a_response())
    return world


def test_a_yes_is_stored_handed_on_and_told(world):
    approved = world.press()

    assert (approved.state, approved.approved_by) == (ResponseState.APPROVED, "ben (U0BEN)")
    assert world.ledger.get("r-1") == approved
    assert [response_id for _, response_id in world.dispatch.responses] == ["r-1"]
    assert world.dispatch.notices == [Notice("inc-1", "r-1-1")]


def test_a_no_is_stored_and_told_and_nothing_is_done(world):
    denied = world.press(Signal.DENY)

    assert denied.state is ResponseState.DENIED
    assert world.dispatch.responses == []
    assert world.dispatch.notices == [Notice("inc-1", "r-1-1")]


def test_a_second_person_comes_too_late(world):
    world.press()

    with pytest.raises(IllegalTransition, match="r-1 is approved; cannot approve it"):
        world.press(by="U0ANA")
    with pytest.raises(IllegalTransition):
        world.press(Signal.DENY, by="U0ANA")


def test_the_same_person_pressing_again_sends_what_may_have_been_lost(world):
    world.dispatch.is_down = True
    with pytest.raises(Unavailable):
        world.press()
    world.dispatch.is_down = False

    world.press()
    world.press()

    assert [response_id for _, response_id in world.dispatch.responses] == ["r-1"]
    assert len(world.ledger.get("r-1").steps) == 1


def test_a_stranger_may_not_decide(world):
    with pytest.raises(Unauthorised, match="U0EVE"):
        world.press(by="U0EVE")

    assert world.ledger.get("r-1").state is ResponseState.PROPOSED


def test_who_acted_in_the_event_may_not_decide_about_it():
    world = World()
    world.ledger.propose(replace(a_response(), caused_by=a_person("ana")))

    with pytest.raises(Unauthorised, match="ana acted in this event"):
        world.press(by="U0ANA")

    assert world.press(by="U0BEN").state is ResponseState.APPROVED


@pytest.fixture
def wish() -> World:
    """Two people must say yes to what ana asked for."""
    world = World()
    yes = Step(at=AT, signal=Signal.APPROVE, actor="ana (U0ANA)")
    world.ledger.propose(replace(a_response(), caused_by=a_person("ana"), people=2, steps=(yes,)))
    return world


def test_who_asked_for_something_is_not_the_second_person(wish):
    with pytest.raises(Unauthorised, match="ana asked for this and counts once") as refused:
        wish.press(by="U0ANA")

    assert "nightlatch approve r-1 --deny" in str(refused.value)
    assert wish.press(by="U0BEN").state is ResponseState.APPROVED


def test_who_asked_for_something_may_take_it_back(wish):
    assert wish.press(Signal.DENY, by="U0ANA").state is ResponseState.DENIED
    with pytest.raises(IllegalTransition):
        wish.press(by="U0BEN")


def test_who_acted_in_another_event_that_the_offer_answers_may_not_decide_either():
    world = World()
    world.ledger.propose(a_response(also_by=(a_person("ana"),)))

    with pytest.raises(Unauthorised, match="ana acted in this event"):
        world.press(by="U0ANA")


def test_who_acted_in_the_event_may_not_even_say_no():
    world = World()
    world.ledger.propose(replace(a_response(), caused_by=a_person("ana")))

    with pytest.raises(Unauthorised, match="ana acted in this event"):
        world.press(Signal.DENY, by="U0ANA")


def test_an_old_button_means_no_yes(world):
    with pytest.raises(IllegalTransition, match="expired"):
        world.press(now=a_response().expires_at)


def test_an_unknown_button_means_nothing(world):
    with pytest.raises(NotFound):
        world.press(button="b-9")


@pytest.mark.parametrize("signal", [Signal.START, Signal.SUCCEED, Signal.FAIL, Signal.EXPIRE])
def test_a_button_says_yes_or_no_and_nothing_else(world, signal):
    with pytest.raises(IllegalTransition):
        world.press(signal)

    assert world.ledger.get("r-1").state is ResponseState.PROPOSED


def test_of_many_presses_at_once_one_counts(world):
    def attempt(by: str, signal: Signal) -> str | None:
        try:
            return f"{world.press(signal, by=by).steps[-1].actor} {signal}"
        except IllegalTransition:
            return None

    acts = [
        partial(attempt, by, signal)
        for _ in range(4)
        for by in ("U0ANA", "U0BEN")
        for signal in (Signal.APPROVE, Signal.DENY)
    ]
    counted = {said for said in at_once(acts) if said}

    step = world.ledger.get("r-1").steps[-1]
    assert counted == {f"{step.actor} {step.signal}"}
    assert len(world.dispatch.responses) == (step.signal is Signal.APPROVE)


def test_a_principal_that_several_approvers_share_says_nobodys_yes():
    shared = a_role("oncall")
    approvers = tuple(replace(one, principals=(*one.principals, shared.key)) for one in POLICY.approvers)

    with pytest.raises(Unauthorised, match="may be ana or ben; answer in Slack"):
        approver_of(shared, replace(POLICY, approvers=approvers))


def test_the_name_of_a_session_makes_nobody_an_approver():
    with pytest.raises(Unauthorised, match="is not an approver"):
        approver_of(a_role("app", "ana"), POLICY)
