"""One wish is one offer and one button, whichever finding comes first; what happens after an act begins is news."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from builders import a_finding, a_response, approved_by_policy
from fakes import FakeDispatch, FakeIncidents, FakeLedger, FixedClock
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.decisions import Alert
from nightlatch.domain.answering.orders import Respond
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, advance, awaiting
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.history.examples import AT, a_secret, a_user, the_service
from nightlatch.service.effects import LiveEffects

MALLORY, BEN = a_user("mallory"), a_user("ben")
NOW = AT + timedelta(minutes=1)
AWAY = Action(kind=ActionKind.ROLL_BACK, secret=a_secret(), away_from="v2")


class World:
    """A ledger, and what carries decisions out."""

    def __init__(self) -> None:
        self.clock = FixedClock(NOW)
        self.ledger = FakeLedger(self.clock)
        self.incidents = FakeIncidents()
        self.dispatch = FakeDispatch()
        numbers = count()
        self.effects = LiveEffects(
            self.incidents, self.ledger, self.ledger, self.dispatch, lambda: f"b-{next(numbers)}"
        )

    def found(
        self,
        cause: str,
        action: Action = AWAY,
        *,
        by: Principal = MALLORY,
        at: datetime = AT,
        automatic: bool = False,
        now: datetime | None = None,
    ) -> None:
        """Carry out what a finding comes to: it is told, and its way back offered or ordered."""
        finding = a_finding(rule=f"test.{cause}", by=by, event_ids=(cause,))
        wish = Respond(action=action, cause=cause, automatic=automatic, reason=cause, finding=finding, happened_at=at)
        self.effects.carry_out([Alert(finding), wish], policy=Policy(), now=now or self.clock())

    def moved(self, signal: Signal, *, at: datetime = NOW, **changes: Any) -> Response:
        """Move the only response on."""
        (response,) = self.ledger.by_id.values()
        later = replace(advance(response, signal, actor="ana (U0ANA)", now=at), **changes)
        self.ledger.move(later, was=response.state)
        return later

    def done(self) -> Response:
        """Approve and carry out the only response, which settles where it ends."""
        self.moved(Signal.APPROVE)
        self.moved(Signal.START, action=replace(AWAY, to="v1"))
        return self.moved(Signal.SUCCEED)

    @property
    def all(self) -> list[Response]:
        return list(self.ledger.by_id.values())


@pytest.fixture
def world() -> World:
    return World()


def test_two_findings_that_wish_the_same_rollback_make_one_offer_that_each_incident_shows(world: World) -> None:
    world.found("e-1")
    world.found("e-2", replace(AWAY, secret=a_secret(suffix=None)), by=BEN)

    (offer,) = world.all
    assert [one.responses for one in world.incidents.by_id.values()] == [(offer.id,), (offer.id,)]
    assert list(world.ledger.told_too(offer.id)) == [one for one in world.incidents.by_id if one != offer.incident_id]


@pytest.mark.parametrize(
    "other",
    [
        replace(AWAY, away_from="v3"),
        replace(AWAY, secret=a_secret("other")),
        Action(kind=ActionKind.PUT_BACK, secret=a_secret(), parts=("policy",), at=AT),
    ],
)
def test_another_wish_is_another_offer(world: World, other: Action) -> None:
    world.found("e-1")
    world.found("e-2", other)

    assert len(world.all) == 2


def test_what_is_done_already_is_not_offered_for_what_happened_before_it(world: World) -> None:
    world.found("e-1")
    done = world.done()

    world.found("e-2", at=NOW - timedelta(seconds=1))

    assert world.all == [done]


def test_the_same_again_after_the_act_had_begun_is_a_new_offer(world: World) -> None:
    world.found("e-1")
    world.done()

    world.found("e-2", at=NOW)

    assert [one.state for one in world.all] == [ResponseState.SUCCEEDED, ResponseState.PROPOSED]


@pytest.mark.parametrize(("at", "offers"), [(AT, 1), (NOW, 2)])
def test_what_somebody_left_as_it_is_is_not_offered_again_until_it_happens_again(
    world: World, at: datetime, offers: int
) -> None:
    world.found("e-1")
    world.moved(Signal.DENY)

    world.found("e-2", at=at)

    assert len(world.all) == offers


def test_an_offer_that_ran_out_answers_nothing(world: World) -> None:
    world.found("e-1")
    world.clock.advance(timedelta(hours=9))

    world.found("e-2")

    assert len(world.all) == 2
    assert len([one for one in world.all if one.expires_at > world.clock()]) == 1


def test_an_act_that_failed_answers_nothing(world: World) -> None:
    world.found("e-1")
    world.moved(Signal.APPROVE)
    world.moved(Signal.FAIL)

    world.found("e-2")

    assert [one.state for one in world.all] == [ResponseState.FAILED, ResponseState.PROPOSED]


def test_whoever_acted_in_either_event_may_not_decide(world: World) -> None:
    world.found("e-1", by=the_service())
    world.found("e-2", by=MALLORY)
    world.found("e-3", by=BEN)
    world.found("e-2", by=MALLORY)

    (offer,) = world.all
    assert [one.name for one in offer.actors] == [the_service().name, "mallory", "ben"]


def test_the_way_back_ends_at_no_version_that_either_finding_doubts_and_is_looked_at_again(world: World) -> None:
    world.found("e-1", replace(AWAY, avoid=("v0",)))
    world.moved(Signal.LOOK, preflight=("makes v1 current",))
    world.found("e-2", replace(AWAY, avoid=("v1",)))

    (offer,) = world.all
    assert offer.action.avoid == ("v0", "v1")
    assert offer.preflight == ()
    assert [one for _, one in world.dispatch.responses] == [offer.id, offer.id]


def test_two_rules_about_one_event_have_their_doubts_joined_as_well(world: World) -> None:
    world.found("e-1")
    world.found("e-1", replace(AWAY, avoid=("v1",)))

    (offer,) = world.all
    assert offer.action.avoid == ("v1",)


def test_a_yes_that_was_given_is_not_bent_to_another_way_back(world: World) -> None:
    world.found("e-1")
    world.moved(Signal.LOOK, people=2)
    yes = world.moved(Signal.APPROVE)

    world.found("e-2", replace(AWAY, avoid=("v1",)))

    assert world.all[0] == yes
    assert world.all[1].action.avoid == ("v1",)


def test_what_one_finding_offers_another_orders(world: World) -> None:
    restore = Action(kind=ActionKind.RESTORE_DELETED, secret=a_secret())
    world.found("e-1", restore)
    world.found("e-2", restore, automatic=True)

    (ordered,) = world.all
    assert (ordered.state, ordered.is_by_policy) == (ResponseState.APPROVED, True)


def test_an_order_is_not_swallowed_by_what_a_brake_holds(world: World) -> None:
    restore = Action(kind=ActionKind.RESTORE_DELETED, secret=a_secret())
    world.found("e-1", restore, automatic=True)
    world.moved(Signal.HOLD)
    (held,) = world.all
    world.ledger.by_id[held.id] = replace(held, steps=(*held.steps[:-1], replace(held.steps[-1], note="paused")))

    world.found("e-2", restore, automatic=True)

    assert [one.state for one in world.all] == [ResponseState.PROPOSED, ResponseState.APPROVED]


def test_a_join_that_meets_the_responders_look_is_made_all_the_same(world: World) -> None:
    world.found("e-1")
    (offer,) = world.all
    seen_before = world.ledger.about(offer.action.keys)
    looked = world.moved(Signal.LOOK)
    world.ledger.about = lambda _: seen_before  # type: ignore[method-assign] # the responder looks in between

    world.found("e-2", replace(AWAY, avoid=("v1",)))

    assert world.all[0].action.avoid == ("v1",)
    assert len(world.all[0].steps) == len(looked.steps) + 1


def test_of_two_equal_offers_that_were_written_at_once_one_button_is_shown() -> None:
    one, twin = a_response(), a_response(id="r-2", button="b-2")
    other = a_response(id="r-3", secret=a_secret("other"))

    assert awaiting([one, twin, other]) == [one, other]
    assert awaiting([replace(one, state=ResponseState.DENIED), twin]) == [twin]
    assert awaiting([approved_by_policy(one), twin]) == [twin]
