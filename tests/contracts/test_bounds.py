"""However many stand in the table, none is passed over: an act that is not seen is not counted, a copy not restored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from builders import a_response, approved_by_policy
from fakes import ACCOUNT, NOW, REGION, FixedClock
from fakes_snapshots import V1, a_copy
from nightlatch.adapters.ledger.allowances import DynamoAllowances
from nightlatch.adapters.ledger.deeds import DynamoDeeds
from nightlatch.adapters.ledger.offers import DynamoOffers
from nightlatch.adapters.ledger.responses import DynamoLedger, moment
from nightlatch.adapters.snapshots.copies_dynamodb import DynamoCopies
from nightlatch.adapters.table import Table
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, advance
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import AT, a_secret, an_event
from worlds import a_table, on_moto

KEY = a_secret().keys[0]
LAST = "r-zzz"  # sorts behind every other id
OFFERED = replace(a_response(), id=LAST)


@dataclass(frozen=True, slots=True)
class Store:
    table: Table
    clock: FixedClock

    def crowded(self, pk: str, count: int, *, sort: str = "{}", **more: Any) -> None:
        """Put so many pointers to what is no more into a partition, before the one that matters."""
        ids = [f"r-{number:06d}" for number in range(count)]
        self.table.put_all({"pk": pk, "sk": sort.format(one), "response": one, **more} for one in ids)

    def started(self, response: Response) -> Response:
        ledger = DynamoLedger(self.table, now=self.clock)
        ledger.propose(response)
        running = advance(response, Signal.START, actor="responder", now=AT)
        ledger.move(running, was=response.state)
        return running


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with on_moto(monkeypatch):
        yield Store(a_table()[0], FixedClock(AT))


def test_an_act_is_seen_behind_more_than_a_hundred_others_of_the_day(store: Store) -> None:
    running = store.started(replace(approved_by_policy(OFFERED), operations=frozenset({"UpdateSecretVersionStage"})))
    store.crowded(f"runs#{KEY}", 150)
    deeds = DynamoDeeds(store.table, now=store.clock)

    assert deeds.past(a_response()).here == (running,)
    assert deeds.is_own(an_event("UpdateSecretVersionStage", secret=a_secret(), after_s=1))


def test_an_allowance_is_seen_behind_more_than_a_hundred_acts_of_the_day(store: Store) -> None:
    until = AT + timedelta(hours=2)
    allowed = Action(kind=ActionKind.ALLOW_DELETION, secret=a_secret(), until=until, note="torn down")
    running = store.started(replace(a_response(ResponseState.APPROVED, action=allowed), id=LAST))
    ledger = DynamoLedger(store.table, now=store.clock)
    ledger.move(advance(running, Signal.SUCCEED, actor="responder", now=AT), was=ResponseState.RUNNING)
    store.crowded(f"allowed#{KEY}", 150)
    store.crowded("lapses", 150, sort=f"{moment(until + timedelta(minutes=1))}#{{}}")
    allowances = DynamoAllowances(store.table)

    assert [one.reason for one in allowances.on([a_secret()])] == ["torn down"]
    assert [one.id for one in allowances.begun(until + timedelta(minutes=2))] == [LAST]


@pytest.mark.parametrize("expiry", [OFFERED.expires_at - timedelta(minutes=1), OFFERED.expires_at])
def test_an_offer_is_seen_behind_more_than_five_hundred_others(store: Store, expiry: datetime) -> None:
    DynamoLedger(store.table, now=store.clock).propose(OFFERED)
    for pk in (f"offers#{KEY}", "offers"):
        store.crowded(pk, 700, sort=f"{moment(expiry)}#{{}}")
    offers = DynamoOffers(store.table, now=store.clock)

    assert list(offers.on([KEY])) == [OFFERED]
    assert list(offers.about([KEY])) == [OFFERED]
    assert list(offers.waiting(AT)) == [OFFERED]


def test_an_offer_that_ran_out_is_ended_though_more_than_five_hundred_did_since(store: Store) -> None:
    DynamoLedger(store.table, now=store.clock).propose(OFFERED)
    store.crowded("offers", 700, sort=f"{moment(OFFERED.expires_at + timedelta(minutes=1))}#{{}}")

    over = DynamoOffers(store.table, now=store.clock).run_out(OFFERED.expires_at + timedelta(minutes=2))

    assert list(over) == [OFFERED]


def test_every_incident_that_shows_a_response_is_told(store: Store) -> None:
    store.crowded("shown#r-1", 600)

    assert len(DynamoOffers(store.table, now=store.clock).told_too("r-1")) == 600


def test_the_newest_copy_is_found_behind_a_thousand_others(store: Store) -> None:
    copies = DynamoCopies(store.table, now=FixedClock(NOW))
    newest = replace(a_copy(V1), id="c-zzz")
    copies.keep(newest)
    secret = secret_ref("prod/db", account_id=ACCOUNT, region=REGION)
    ids = [f"c-{number:06d}" for number in range(1_100)]
    store.table.put_all({"pk": f"secret#{secret.keys[0]}", "sk": f"copy#{one}", "id": one} for one in ids)

    assert copies.of(secret) == (newest,)
