"""What processes counted is the same before it is gathered into days, half way, and after."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from fakes import FixedClock
from nightlatch.adapters.counting.counted_dynamodb import DynamoCounted
from nightlatch.adapters.counting.counting_baselines import CountingBaselines
from nightlatch.adapters.counting.days_dynamodb import DAYS_KEPT, MOST_READERS, OTHERS, DynamoDays
from nightlatch.adapters.counting.pages_dynamodb import GATHERED, PARTITION, item_of, pages_since
from nightlatch.adapters.counting.process_counts import ProcessCounts
from nightlatch.adapters.counting.uses import CountedUses
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_dynamodb import DynamoTrails
from nightlatch.adapters.history.waits_dynamodb import DynamoWaits
from nightlatch.adapters.table import Table
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import a_role, a_secret, an_event
from nightlatch.domain.posture.counts import key_of
from nightlatch.domain.posture.unseen import CHOSEN, NOT_COUNTED, Gap
from nightlatch.domain.posture.use import SecretUse
from worlds import a_table, items_of, on_moto

DB, API = a_secret("prod/db"), a_secret("prod/api")
FAR = timedelta(minutes=3)


class Stack:
    """Processes that count into one table, and whoever gathers there."""

    def __init__(self) -> None:
        self.table, self.client = a_table()
        self.clock = FixedClock()
        self.days = DynamoDays(self.table, now=self.clock)
        self.processes = [ProcessCounts(name, now=self.clock) for name in ("a", "b")]
        self.events = 0

    def read(self, secret: SecretRef = DB, *, by: str = "app", process: int = 0, before_h: float = 0) -> None:
        self.events += 1
        at = self.clock.time - timedelta(hours=before_h)
        counted = self.processes[process]
        event = an_event(secret=secret, by=a_role(by), at=at, event_id=f"e-{self.events}")
        counted.note([event], (), lambda one: one)
        pages = counted.pages(rides=True)
        self.table.put_all(map(item_of, pages))
        counted.written(pages)

    def gather(self, *, until: timedelta = FAR) -> int | None:
        return self.days.gather(self.clock.time + until)

    def after(self, hours: float) -> None:
        self.clock.advance(timedelta(hours=hours))

    def counted(self, *, days: int = DAYS_KEPT) -> DynamoCounted:
        return DynamoCounted(self.table, now=self.clock, days=days)

    def use_of(self, secret: SecretRef = DB) -> SecretUse:
        found = CountedUses(self.counted()).of([secret])
        assert not isinstance(found, Gap)
        return found[secret]

    def reads(self, secret: SecretRef = DB) -> dict[str, int]:
        return {reader.principal.rsplit("/", 1)[-1]: reader.reads for reader in self.use_of(secret).readers}

    @property
    def in_days(self) -> int:
        return sum(item["pk"]["S"].startswith("used#") for item in items_of(self.client))


@pytest.fixture
def stack(monkeypatch) -> Iterator[Stack]:
    with on_moto(monkeypatch):
        yield Stack()


def test_before_anything_was_counted_it_is_a_gap_and_not_no_readers(stack):
    assert CountedUses(stack.counted()).of([DB]) == NOT_COUNTED


def test_a_store_that_cannot_be_asked_is_a_gap(stack, monkeypatch):
    def refuse(*_: object) -> None:
        raise Unavailable("table nightlatch could not be asked")

    monkeypatch.setattr(Table, "get", refuse)
    found = CountedUses(stack.counted()).of([DB])

    assert isinstance(found, Gap)
    assert found.action not in CHOSEN  # somebody has counted: that it cannot be read is no choice
    assert "could not be asked" in found.why


def test_pages_of_several_processes_add_up_at_once(stack):
    stack.read()
    stack.read(process=1)
    stack.read(by="job", process=1)
    stack.read(API)

    assert stack.reads() == {"app": 2, "job": 1}
    assert stack.reads(API) == {"app": 1}


def test_a_secret_that_nobody_read_is_given_without_readers(stack):
    stack.read()

    assert stack.reads(API) == {}


def test_gathered_and_counted_since_are_one(stack):
    stack.read()
    stack.after(2)
    stack.read(process=1, before_h=1)
    stack.after(7)
    before = stack.use_of()
    gathered = stack.gather()
    after = stack.use_of()
    stack.read()

    assert gathered == 2
    assert stack.in_days == 1
    assert after.readers == before.readers
    assert stack.reads() == {"app": 3}


def test_what_is_still_written_into_is_not_gathered(stack):
    stack.read()

    assert stack.gather() is None
    assert stack.in_days == 0


def test_gathering_comes_every_six_hours_and_costs_one_look_else(stack):
    stack.read()
    stack.after(2)
    gathered = []
    for _ in range(14):
        gathered.append(stack.gather())
        stack.after(1)
        stack.read()

    assert [pages for pages in gathered if pages] == [1, 4, 6]  # of two hours nothing was read in


@pytest.mark.parametrize("crash_at", ["before the days", "among the days", "before the mark"])
def test_a_gathering_that_stopped_goes_on_and_counts_nothing_twice(stack, monkeypatch, crash_at):
    for number in range(4):
        stack.read(a_secret(f"s/{number}"))
        stack.read(a_secret(f"s/{number}"), process=1)
    stack.after(8)
    calls = {"before the days": 1, "among the days": 3, "before the mark": 5}[crash_at]
    puts = []
    real = Table.put

    def put(table, item, **asked):
        puts.append(item)
        if len(puts) > calls:
            raise Unavailable
        real(table, item, **asked)

    with monkeypatch.context() as down:
        down.setattr(Table, "put", put)
        with pytest.raises(Unavailable):
            stack.gather()
    half_way = [stack.reads(a_secret(f"s/{number}")) for number in range(4)]
    stack.after(1)
    stack.gather()

    assert half_way == [{"app": 2}] * 4
    assert [stack.reads(a_secret(f"s/{number}")) for number in range(4)] == [{"app": 2}] * 4
    assert stack.in_days == 4


def test_a_gathering_whose_time_is_over_goes_on_the_next_time(stack):
    for number in range(120):
        stack.read(a_secret(f"s/{number}"))
    stack.after(8)
    first, second = stack.gather(until=timedelta(0)), stack.gather()

    assert (first, second) == (None, 120)
    assert stack.in_days == 120


def test_an_hour_counts_where_it_belongs_however_late_it_comes(stack):
    stack.read(API)
    stack.after(40)
    stack.read(before_h=30)
    stack.after(8)
    stack.gather()
    stack.read(before_h=38)

    assert stack.use_of().readers[0].busiest_hour == 2


def test_what_is_older_than_is_asked_does_not_count(stack):
    stack.read()
    stack.after(24 * 10)
    stack.read()

    assert [next(iter(stack.counted(days=days).totals().uses()))[1].reads for days in (7, 35)] == [1, 2]


def test_the_span_begins_with_the_first_count(stack):
    stack.read()
    began = stack.clock.time
    stack.after(50)
    stack.gather()
    use = stack.use_of()

    assert (use.since, use.until) == (began.replace(minute=0, second=0, microsecond=0), stack.clock.time)


def test_of_routine_reads_only_the_last_five_minutes_can_be_missing(stack):
    """The whole way: reads that history stores once in five minutes are counted each."""
    days = [an_event(secret=DB, by=a_role(), at=stack.clock.time - timedelta(days=day)) for day in (20, 3, 2, 1)]
    trails = TrailBaselines(
        DynamoTrails(stack.table, stack.processes[0]), DynamoWaits(stack.table), inventory=Inventory(), now=stack.clock
    )
    baselines = CountingBaselines(trails, stack.processes[0], stack.table, Inventory)
    baselines.learn(days)
    counted = []
    for minute in range(1, 62):
        stack.clock.advance(timedelta(minutes=1))
        baselines.observe([an_event(secret=DB, by=a_role(), at=stack.clock.time, event_id=f"read-{minute}")])
        counted.append(stack.reads()["app"])

    assert all(minute - 5 < number <= minute for minute, number in enumerate(counted, start=1))
    assert sum(item["pk"]["S"] == PARTITION for item in items_of(stack.client)) < 20


def test_all_and_some_give_the_same(stack):
    for number in range(3):
        stack.read(a_secret(f"s/{number}"))
        stack.after(20)
        stack.gather()
    keys = [key_of(a_secret(f"s/{number}")) for number in range(3)]

    assert sorted(stack.counted().totals().uses(), key=str) == sorted(stack.counted().totals(keys).uses(), key=str)


def test_beyond_a_hundred_readers_of_a_day_the_others_are_added_up(stack):
    for number in range(MOST_READERS + 20):
        stack.read(by=f"app-{number:03d}")
    stack.read(by="app-119")
    stack.after(8)
    stack.gather()
    reads = stack.reads()

    assert len(reads) == MOST_READERS
    assert sum(reads.values()) == MOST_READERS + 21
    assert (reads["app-119"], reads[OTHERS]) == (2, 21)


def test_names_of_any_length_and_script_are_counted_apart(stack):
    names = ["x" * 512, "x" * 511 + "y", "prod/ü", "prod/\u202edb", "a#b", "a/b"]
    for name in names:
        stack.read(a_secret(name))
    stack.after(8)
    stack.gather()

    assert [stack.reads(a_secret(name)) for name in names] == [{"app": 1}] * len(names)


def test_a_page_that_cannot_be_read_is_told_and_stops_no_other(stack, caplog):
    stack.read()
    broken = next(item for item in items_of(stack.client) if item["sk"]["S"] != GATHERED)
    stack.table.put_all([{"pk": PARTITION, "sk": broken["sk"]["S"][:-1] + "9", "counts": b"\x00", "expires_at": 1}])

    with caplog.at_level(logging.WARNING):
        assert stack.reads() == {"app": 1}
    assert len(list(pages_since(stack.table, 0))) == 1
    assert "stored item cannot be read" in caplog.text


def test_everything_expires(stack):
    stack.read()
    stack.after(8)
    stack.gather()
    stays = [item["sk"]["S"] for item in items_of(stack.client) if "expires_at" not in item]

    assert stays == [GATHERED]
