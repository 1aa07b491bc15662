"""An inventory is taken page by page, by one at a time, and counts when it is whole; in memory and in DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from fakes import NOW
from nightlatch.adapters.history.trails import KeptHoldings
from nightlatch.adapters.inventory import holdings_dynamodb
from nightlatch.adapters.inventory.holdings_dynamodb import READ_AGAIN_AFTER_S, DynamoHoldings
from nightlatch.adapters.inventory.holdings_memory import MemoryHoldings, MemoryTakings
from nightlatch.adapters.inventory.takings_dynamodb import DynamoTakings
from nightlatch.domain.account.holding import Found, Holding
from nightlatch.domain.account.holdings import Holdings
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.takings import EVERY, GIVEN_UP_AFTER, HELD_FOR, MOST_GAPS, Taking
from nightlatch.domain.account.tiers import Tier
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.history.examples import a_denial, a_secret, an_event
from nightlatch.service.stock_ports import Takings
from worlds import a_client, a_table, at_once, items_of, on_moto

FAR = "us-east-1"
MADE = an_event("ReplicateSecretToRegions", secret=a_secret(), request={"addReplicaRegions": [{"region": FAR}]})


@dataclass
class Store:
    """A store, a detector that reads it, and the minute that passes between two looks."""

    takings: Takings
    holdings: KeptHoldings
    seconds: float = 0.0

    def seen(self, inventory: Inventory | None = None) -> Inventory:
        self.seconds += READ_AGAIN_AFTER_S
        return self.holdings.joined(inventory or Inventory())


@pytest.fixture(params=["memory", "moto"])
def store(request, monkeypatch) -> Iterator[Store]:
    if request.param == "memory":
        holdings = MemoryHoldings()
        yield Store(MemoryTakings(holdings), holdings)
        return
    with on_moto(monkeypatch):
        table, _ = a_table()
        made = Store(DynamoTakings(table), DynamoHoldings(table, tick=lambda: made.seconds))
        yield made


def page(*names: str, **said) -> Found:
    return Found(secrets=tuple(Holding(arn=a_secret(name).text, **said) for name in names))


def taken(store: Store, *pages: Found, at=NOW) -> Taking:
    """Take a whole inventory."""
    taking = store.takings.begin(at, at_once=True)
    assert taking is not None
    for number, found in enumerate(pages):
        taking = taking.with_page(len(found.secrets), f"token-{number}", ())
        store.takings.keep(taking, number, found)
    done = replace(taking, finished_at=at)
    store.takings.finish(done)
    return done


def names_in(inventory: Inventory) -> list[str]:
    return [one.secret.name for one in inventory.holdings.secrets]


def test_an_inventory_counts_when_it_is_whole_and_not_before(store):
    taking = store.takings.begin(NOW, at_once=False)
    taking = taking.with_page(1, "more", ())
    store.takings.keep(taking, 0, page("a", tier=Tier.CROWN))
    assert names_in(store.seen()) == []

    taking = taking.with_page(1, None, ())
    store.takings.keep(taking, 1, page("b"))
    store.takings.finish(replace(taking, finished_at=NOW))

    assert names_in(store.seen()) == ["a", "b"]
    assert store.seen().tier_of([a_secret("a")]) is Tier.CROWN
    assert store.seen().holdings.taken_at == NOW


def test_what_is_gone_disappears_with_the_next_inventory(store):
    taken(store, page("a", "b"))
    assert names_in(store.seen()) == ["a", "b"]

    taken(store, page("b"), at=NOW + EVERY)

    assert names_in(store.seen()) == ["b"]


def test_it_is_due_once_an_hour_or_at_once_when_somebody_asks(store):
    taken(store, page("a"))

    assert store.takings.begin(NOW + EVERY / 2, at_once=False) is None
    assert store.takings.begin(NOW + EVERY, at_once=False) is not None


def test_somebody_may_ask_for_a_fresh_one(store):
    taken(store, page("a"))

    assert store.takings.begin(NOW + timedelta(minutes=1), at_once=True) is not None


def test_two_never_take_it_at_the_same_time(store):
    assert store.takings.begin(NOW, at_once=False) is not None

    assert store.takings.begin(NOW + HELD_FOR / 2, at_once=True) is None


def test_a_taking_whose_taker_has_died_goes_on_where_it_stood(store):
    taking = store.takings.begin(NOW, at_once=False).with_page(1, "the rest", ("a gap",))
    store.takings.keep(taking, 0, page("a"))

    assert store.takings.begin(NOW + HELD_FOR, at_once=False) == taking


def test_a_taking_that_paused_goes_on_at_once(store):
    taking = store.takings.begin(NOW, at_once=False).with_page(1, "the rest", ())
    store.takings.keep(taking, 0, page("a"))
    store.takings.pause(taking)

    assert store.takings.begin(NOW + timedelta(seconds=1), at_once=False) == taking


def test_a_taking_that_is_too_old_or_was_dropped_begins_anew(store):
    old = store.takings.begin(NOW, at_once=False).with_page(1, "the rest", ())
    store.takings.keep(old, 0, page("a"))

    fresh = store.takings.begin(NOW + GIVEN_UP_AFTER, at_once=False)
    assert (fresh.pages, fresh.token) == (0, None)
    store.takings.drop(fresh)

    again = store.takings.begin(NOW + GIVEN_UP_AFTER + timedelta(seconds=1), at_once=False)
    assert (again.pages, again.id != old.id) == (0, True)


def test_gaps_are_told_once_and_bounded():
    taking = Taking(id="t", begun_at=NOW).with_page(0, None, ("one", "one", "two"))
    assert (taking.gaps, taking.gap_count) == (("one", "two"), 2)

    many = taking.with_page(0, None, tuple(f"gap {n}" for n in range(MOST_GAPS)))
    assert (len(many.gaps), many.gap_count) == (MOST_GAPS, MOST_GAPS + 2)


# --- what a detector makes of it


def test_what_the_operator_wrote_of_a_secret_outranks_what_was_found(store):
    taken(store, page("a", "b", tier=Tier.TEMP))
    written = Inventory(holdings=Holdings.of([page("a", tier=Tier.CROWN)]))

    seen = store.seen(written)

    assert [seen.tier_of([a_secret(name)]) for name in ("a", "b", "c")] == [Tier.CROWN, Tier.TEMP, Tier.STANDARD]
    assert store.seen(written).holdings is seen.holdings or isinstance(store.holdings, MemoryHoldings)


def test_a_replica_is_known_at_once_to_whoever_saw_it_made(store):
    store.holdings.note([MADE, an_event(), an_event("ReplicateSecretToRegions", failure=a_denial("x"))])
    store.holdings.note([MADE])

    seen = store.holdings.joined(Inventory())

    assert seen.primary_of(a_secret(region=FAR), MADE.at).text == a_secret().text
    assert len(seen.replications.shown) == 1


def test_without_any_inventory_the_operators_stands_alone(store):
    inventory = Inventory(protected_keys=frozenset({"k"}))

    assert store.seen(inventory) == inventory


# --- the table alone


@pytest.fixture
def table(monkeypatch):
    with on_moto(monkeypatch):
        yield a_table()[0]


def test_of_many_that_begin_at_once_one_takes_it(table):
    begun = at_once([lambda: DynamoTakings(table).begin(NOW, at_once=True) for _ in range(8)])

    assert sum(taking is not None for taking in begun) == 1


def test_a_process_looks_once_a_minute_and_reads_the_pages_of_each_inventory_once(table):
    store = Store(DynamoTakings(table), DynamoHoldings(table, tick=lambda: 0.0))
    calls: list[str] = []
    query = table.query
    table.query = lambda pk, **asked: calls.append(pk) or query(pk, **asked)
    store.holdings._tick = lambda: store.seconds
    first = taken(store, page("a"))

    for _ in range(50):
        store.holdings.joined(Inventory())
    store.seen()

    assert calls == ["inventory", f"inventory#{first.id}", "inventory"]


def test_an_inventory_that_lost_pages_leaves_the_one_before_in_force(table, caplog):
    store = Store(DynamoTakings(table), DynamoHoldings(table, tick=lambda: 0.0))
    store.holdings._tick = lambda: store.seconds
    taken(store, page("a"))
    store.seen()
    lost = taken(store, page("b"), page("c"), at=NOW + EVERY)
    table.delete(f"inventory#{lost.id}", "000001")

    assert names_in(store.seen()) == ["a"]
    assert [record.getMessage() for record in caplog.records] == ["inventory has lost pages"]


def test_pages_and_changes_expire_and_the_head_does_not(table):
    store = Store(DynamoTakings(table), DynamoHoldings(table))
    taken(store, page("a"))
    store.holdings.note([MADE])

    kept = {item["sk"]["S"].split("#")[0]: "expires_at" in item for item in items_of(a_client("dynamodb"))}

    assert kept == {"000000": True, "change": True, "taken": False}


def test_whoever_lost_the_taking_keeps_nothing_more(table):
    slow, quick = DynamoTakings(table), DynamoTakings(table)
    taking = slow.begin(NOW, at_once=True)
    assert quick.begin(NOW + HELD_FOR, at_once=True) is not None

    with pytest.raises(Unavailable, match="somebody else"):
        slow.keep(taking.with_page(0, None, ()), 0, page("a"))


def test_of_very_many_secrets_those_are_held_of_which_something_is_known(table, monkeypatch):
    monkeypatch.setattr(holdings_dynamodb, "MOST_SECRETS", 3)
    store = Store(DynamoTakings(table), DynamoHoldings(table))
    taken(store, page("a", "b"), page("c", tier=Tier.CROWN), page("d", key="k"))

    assert names_in(store.holdings.joined(Inventory())) == ["c", "d"]
    assert [one.secret.name for one in store.holdings.tagged().secrets] == ["c"]
    assert [one.secret.name for one in store.holdings.last()[1].secrets] == ["a", "b", "c", "d"]
