"""What a process counts is written once: not lost where the store refused, not doubled where a batch came again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from fakes import NOW, FixedClock
from nightlatch.adapters.counting.counting_baselines import CountingBaselines
from nightlatch.adapters.counting.pages_dynamodb import read_counts
from nightlatch.adapters.counting.process_counts import MOST_IN_PAGE, MOST_PENDING, WAITS_AT_MOST, ProcessCounts
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails import Entry
from nightlatch.adapters.history.trails_dynamodb import DynamoTrails
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.history.examples import a_role, a_secret, an_event
from nightlatch.domain.history.sightings import sighting_of
from nightlatch.domain.posture.counting import counts_of
from nightlatch.domain.posture.counts import LONGEST_NAME, Counts


class Wished(Table):
    """A table that keeps pages of counts, and refuses what a test wants refused."""

    def __init__(self) -> None:
        self.items: dict[tuple[object, object], Item] = {}
        self.refuses = lambda _item: False

    def put_all(self, items: Iterable[Item]) -> None:
        for item in items:
            if self.refuses(item):
                raise Unavailable
            self.items[item["pk"], item["sk"]] = item


class Remembering:
    """Baselines that write one sighting for each batch, or nothing, and may fail after that."""

    def __init__(self, table: Wished, counted: ProcessCounts) -> None:
        self.trails = DynamoTrails(table, counted)
        self.writes = True
        self.fails_after = False

    def observe(self, events, own=()):
        del events, own
        if self.writes:
            self.trails.add([Entry("trail", sighting_of(read(0)), NOW)])
        if self.fails_after:
            raise Unavailable
        return ()


def read(number: int) -> SecretEvent:
    return an_event(secret=a_secret(), by=a_role(), after_s=number, event_id=f"read-{number}")


class World:
    def __init__(self) -> None:
        self.clock = FixedClock()
        self.table = Wished()
        self.counted = ProcessCounts("p", now=self.clock)
        self.remembering = Remembering(self.table, self.counted)
        self.baselines = CountingBaselines(self.remembering, self.counted, self.table, Inventory)

    def observe(self, *numbers: int) -> None:
        self.baselines.observe([read(number) for number in numbers])

    @property
    def written(self) -> int:
        """How many reads the pages hold."""
        pages = [read_counts(item) or Counts() for item in self.table.items.values() if "counts" in item]
        return sum(map(reads_in, pages))


@pytest.fixture
def world() -> World:
    return World()


def test_counts_ride_with_what_is_written_in_the_same_batch(world):
    world.observe(1, 2, 3)

    assert world.written == 3


def test_where_nothing_is_written_they_wait_five_minutes_at_most(world):
    world.observe(1)
    world.remembering.writes = False
    world.observe(2)
    before = world.written
    world.clock.advance(WAITS_AT_MOST)
    world.observe(3)

    assert (before, world.written) == (1, 3)


def test_a_process_writes_its_first_counts_at_once(world):
    world.remembering.writes = False
    world.observe(1)

    assert world.written == 1


def test_a_clock_that_runs_back_does_not_keep_them_waiting(world):
    world.observe(1)
    world.remembering.writes = False
    world.clock.advance(-timedelta(days=1))
    world.observe(2)

    assert world.written == 2


def test_what_is_pending_when_a_process_ends_is_all_that_is_lost(world):
    world.observe(1)
    world.remembering.writes = False
    world.observe(2, 3)

    assert world.written == 1  # two of the last five minutes


def test_a_batch_that_comes_again_to_the_process_counts_once(world):
    world.observe(1, 2)
    world.observe(2, 1, 3)

    assert world.written == 3


def test_both_accounts_records_of_one_call_count_once(world):
    ours, theirs = (
        an_event(secret=a_secret(), by=a_role(), after_s=1, event_id=event_id) for event_id in ("ours", "theirs")
    )
    world.baselines.observe([replace(one, shared_event_id="shared") for one in (ours, theirs)])

    assert world.written == 1


def test_a_batch_that_was_not_stored_counts_when_it_comes_again_and_only_then(world):
    world.table.refuses = lambda _item: True
    with pytest.raises(Unavailable):
        world.observe(1, 2)
    world.table.refuses = lambda _item: False
    world.observe(1, 2)

    assert world.written == 2


def test_a_batch_that_failed_after_its_counts_were_stored_does_not_count_again(world):
    world.remembering.fails_after = True
    with pytest.raises(Unavailable):
        world.observe(1, 2)
    world.remembering.fails_after = False
    world.observe(1, 2)
    world.observe(3)

    assert world.written == 3


def test_a_page_of_which_nobody_knows_whether_it_was_written_is_written_again_in_its_place(world):
    numbers, reads = [], []
    for number in (1, 2):
        world.counted.note([read(number)], (), lambda one: one)
        [page] = world.counted.pages(rides=True)
        world.counted.settle()
        numbers.append(page.number)
        reads.append(reads_in(page.counts))

    assert (numbers, reads) == ([0, 0], [1, 2])


def reads_in(counts: Counts) -> int:
    return sum(hour.reads for pair in counts.pairs.values() for hour in pair.hours.values())


def test_a_store_that_takes_no_counts_holds_up_no_judging(world):
    world.remembering.writes = False
    world.table.refuses = lambda _item: True
    world.observe(1)
    world.table.refuses = lambda _item: False
    world.observe(2)

    assert world.written == 2


def test_too_many_pairs_are_not_kept_waiting_and_fill_several_pages(world):
    world.observe(0)
    world.remembering.writes = False
    many = [an_event(secret=a_secret(f"s/{number}"), by=a_role(), event_id=f"m-{number}") for number in range(2)]
    world.baselines.observe(many)
    waiting = world.written
    crowd = (
        an_event(secret=a_secret(f"c/{number}"), by=a_role(), event_id=f"c-{number}") for number in range(MOST_PENDING)
    )
    world.baselines.observe(tuple(crowd))

    assert (waiting, world.written) == (1, 3 + MOST_PENDING)
    assert len(world.table.items) >= MOST_PENDING / MOST_IN_PAGE


def test_no_names_make_an_item_so_large_that_the_store_refuses_what_rides_with_it(world):
    """DynamoDB takes 400 KB: names as long as AWS gives them, of letters that deflate badly, a role for each."""
    chance = Random(1)  # noqa: S311 - names, no secrets

    def name(length: int) -> str:
        return "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(length))

    world.baselines.observe(
        [
            an_event(secret=a_secret(name(LONGEST_NAME)), by=a_role(name(600)), event_id=f"e-{number}")
            for number in range(3 * MOST_IN_PAGE)
        ]
    )
    sizes = [len(item["counts"]) for item in world.table.items.values() if "counts" in item]

    assert len(sizes) == 3
    assert max(sizes) < 400_000


def test_what_no_secret_can_be_called_is_counted_without_a_name():
    refused = Failure("ThrottlingException")
    called = an_event(secret=a_secret("x" * (LONGEST_NAME + 1)), by=a_role(), failure=refused)

    assert [key.secret for key in counts_of([called]).pairs] == ["111122223333/eu-west-1/"]


def test_counting_changes_no_judgement(world):
    def judged(*, counting: bool):
        trails = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=Inventory(), now=FixedClock())
        baselines = CountingBaselines(trails, world.counted, world.table, Inventory) if counting else trails
        return [baseline.by_principal.only(lambda _: True) for baseline in baselines.observe([read(1), read(2)])]

    assert judged(counting=True) == judged(counting=False)
