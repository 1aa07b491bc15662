"""An offer that nobody answers ends by itself, once, and every message about it says so."""

from __future__ import annotations

from datetime import timedelta

from builders import a_response
from fakes import FakeDispatch, FakeLedger
from nightlatch.domain.answering.responses import ResponseState, Signal, advance
from nightlatch.domain.errors import Unavailable
from nightlatch.service.expire import ExpirePorts, expire_offers
from nightlatch.service.ports import Notice

OFFER = a_response()
LATE = OFFER.expires_at


def a_world() -> tuple[FakeLedger, FakeDispatch, ExpirePorts]:
    ledger, dispatch = FakeLedger(), FakeDispatch()
    ledger.propose(OFFER)
    return ledger, dispatch, ExpirePorts(ledger=ledger, offers=ledger, dispatch=dispatch)


def test_an_offer_that_nobody_answered_ends_and_every_incident_that_shows_it_is_shown_again():
    ledger, dispatch, ports = a_world()
    ledger.tell_too("r-1", "inc-2")

    expire_offers(ports, LATE)

    assert ledger.get("r-1").state is ResponseState.EXPIRED
    assert "nobody answered until 17:00 UTC" in ledger.get("r-1").steps[-1].note
    assert dispatch.notices == [Notice("inc-1", "r-1-1"), Notice("inc-2", "r-1-1")]


def test_before_its_time_nothing_happens():
    ledger, dispatch, ports = a_world()

    assert expire_offers(ports, LATE - timedelta(seconds=1)) == ()
    assert ledger.get("r-1") == OFFER
    assert dispatch.notices == []


def test_an_end_that_could_not_be_told_is_told_by_the_next_tick():
    ledger, dispatch, ports = a_world()
    dispatch.is_down = True
    try:
        expire_offers(ports, LATE)
    except Unavailable:
        dispatch.is_down = False

    expire_offers(ports, LATE + timedelta(minutes=1))

    assert ledger.get("r-1").state is ResponseState.EXPIRED
    assert dispatch.notices == [Notice("inc-1", "r-1-1")]


def test_what_was_answered_at_the_last_moment_stays_answered():
    ledger, dispatch, ports = a_world()
    ledger.move(advance(OFFER, Signal.DENY, actor="ana", now=LATE), was=ResponseState.PROPOSED)

    assert expire_offers(ports, LATE + timedelta(minutes=1)) == ()
    assert ledger.get("r-1").state is ResponseState.DENIED
    assert dispatch.notices == []
