"""The ledger tells which response stands behind a call that history shows as ours, as long as history shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from builders import a_response, approved_by_policy
from fakes import FixedClock
from nightlatch.adapters.history.entries import SECRET_KEPT
from nightlatch.adapters.ledger.deeds import OWN_KEPT
from nightlatch.adapters.ledger.own_calls import DynamoOwnCalls
from nightlatch.domain.answering.own_calls import OwnCall
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.history.examples import AT, a_label_event, a_role, a_secret, an_event
from nightlatch.domain.history.sightings import Sighting, sighting_of
from worlds import WholeLedger, a_table, on_moto


@dataclass(frozen=True, slots=True)
class World:
    ledger: WholeLedger
    calls: DynamoOwnCalls

    def did(self, response: Response, request_id: str, version_id: str | None = None) -> Response:
        stored, _ = self.ledger.propose(response)
        self.ledger.record_own(stored, request_id, version_id=version_id)
        return stored


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with on_moto(monkeypatch):
        table, _ = a_table()
        yield World(WholeLedger(table, now=FixedClock(AT)), DynamoOwnCalls(table))


def seen(event: SecretEvent, *, own: bool = True) -> Sighting:
    return replace(sighting_of(event), own=own, request_id=event.request_id if own else None)


def a_move(request_id: str) -> SecretEvent:
    return an_event(
        "UpdateSecretVersionStage", secret=a_secret(), by=a_role("responder"), request_id=request_id, event_id="e-1"
    )


def test_a_call_is_found_by_its_request_id(world: World) -> None:
    done = world.did(approved_by_policy(a_response()), "req-1")
    world.did(approved_by_policy(a_response(id="r-2")), "req-2")

    assert world.calls.behind([seen(a_move("req-1"))]) == {"e-1": OwnCall(done, "req-1")}


def test_the_label_event_that_names_no_request_is_found_by_its_version_and_time(world: World) -> None:
    done = world.did(approved_by_policy(a_response()), "req-1", version_id="v1")
    ours = a_label_event(a_secret(suffix=None), version_id="v1")
    later = a_label_event(a_secret(), version_id="v1", after_s=3_600)

    found = world.calls.behind([seen(ours), seen(later)])

    assert found == {ours.event_id: OwnCall(done, "req-1")}


def test_what_is_not_known_as_ours_is_not_looked_for(world: World) -> None:
    world.did(approved_by_policy(a_response()), "req-1", version_id="v1")

    events = [a_move("req-1"), a_label_event(a_secret(), version_id="v1")]

    assert world.calls.behind([seen(one, own=False) for one in events]) == {}


def test_whose_call_it_was_is_known_as_long_as_the_call_is() -> None:
    assert OWN_KEPT >= SECRET_KEPT > timedelta(days=90)
