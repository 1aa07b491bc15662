"""How often the store is called, as docs/costs.md says: counted, so that no change makes judging dearer unseen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from math import ceil
from pathlib import Path

import pytest

from benchmarks import costs
from fakes import NOW, FixedClock
from functions.transformed import source
from nightlatch.adapters.counting.counting_baselines import CountingBaselines
from nightlatch.adapters.counting.process_counts import ProcessCounts
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.process_memory import ProcessMemory
from nightlatch.adapters.history.trails_dynamodb import DynamoTrails
from nightlatch.adapters.history.waits_dynamodb import DynamoWaits
from nightlatch.adapters.table import Table
from nightlatch.adapters.wire import Item
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.history.examples import a_role, a_secret, an_event
from nightlatch.domain.metrics import Metric
from store_calls import Meter
from worlds import TABLE, a_table, on_moto

DAY_S = 86_400.0
PAGE = Path(__file__).parents[2] / "docs" / "costs.md"
APP, OPERATOR = a_role("app", "app-1"), a_role("operator", "operator-1")
MANY = 200
KEY_USE = "WatchesKeyUse"  # off unless somebody wants it


@pytest.fixture
def meter(monkeypatch) -> Iterator[Meter]:
    with on_moto(monkeypatch):
        _, client = a_table()
        yield Meter(client)


class Process:
    """One process that judges, as Lambda keeps it between batches."""

    def __init__(self, meter: Meter) -> None:
        table = Table(meter, TABLE, pause=lambda _: None)
        self.clock = FixedClock()
        self.counted = ProcessCounts("a", now=self.clock)
        self.remembering = TrailBaselines(
            DynamoTrails(table, self.counted),
            DynamoWaits(table),
            inventory=Inventory(),
            now=self.clock,
            memory=ProcessMemory(),
        )
        self.baselines = CountingBaselines(self.remembering, self.counted, table, Inventory)
        self.meter = meter

    def calls(self, *events: SecretEvent) -> int:
        self.meter.clear()
        list(self.baselines.observe(events))
        return self.meter.calls.total()


def read(
    number: int, after_s: float, *, by=APP, name: str = "GetSecretValue", version: str | None = None
) -> SecretEvent:
    secret = a_secret(f"prod/{number}", suffix=None)
    return an_event(name, secret=secret, by=by, after_s=after_s, version_id=version)


def refresh(after_s: float, count: int = 1_000) -> Sequence[SecretEvent]:
    """Reads of two hundred secrets in turn, by one principal."""
    return [read(number % MANY, after_s + number / 10) for number in range(count)]


def taught(meter: Meter) -> Process:
    process = Process(meter)
    process.baselines.learn([read(number, -day * DAY_S) for day in (20, 3, 2, 1) for number in range(MANY)])
    return process


def first_of_a_day(process: Process) -> int:
    return process.calls(read(0, 0))


def routine(process: Process) -> int:
    process.calls(read(0, 0))
    return process.calls(read(0, 1))


def routine_after_five_minutes(process: Process) -> int:
    process.calls(read(0, 0))
    return process.calls(read(0, 301))


def routine_in_a_new_process(process: Process) -> int:
    process.calls(read(0, 0))
    return Process(process.meter).calls(read(0, 1))


def first_of_a_pair(process: Process) -> int:
    process.calls(read(0, 0))
    return process.calls(read(MANY, 1))


def first_of_a_principal(process: Process) -> int:
    process.calls(read(0, 0))
    return process.calls(read(0, 1, by=OPERATOR))


def write(process: Process) -> int:
    process.calls(read(0, 0))
    return process.calls(read(0, 1, name="PutSecretValue", version="v-1"))


def batch_first_of_a_day(process: Process) -> int:
    return process.calls(*refresh(0))


def batch_after_five_minutes(process: Process) -> int:
    process.calls(*refresh(0))
    return process.calls(*refresh(300))


def batch_within_five_minutes(process: Process) -> int:
    process.calls(*refresh(0))
    return process.calls(*refresh(150))


COUNTED: dict[str, Callable[[Process], int]] = {
    "a routine read": routine,
    "a routine read, the first of its five minutes": routine_after_five_minutes,
    "a routine read, the first of its process": routine_in_a_new_process,
    "a read by a known pair, the first of its day": first_of_a_day,
    "a read by a new pair": first_of_a_pair,
    "a read by a new principal": first_of_a_principal,
    "a value written": write,
    "1,000 routine reads of 200 secrets": batch_within_five_minutes,
    "1,000 routine reads of 200 secrets, the first of their five minutes": batch_after_five_minutes,
    "1,000 reads of 200 secrets by known pairs, the first of their day": batch_first_of_a_day,
}


@pytest.mark.parametrize("what", COUNTED)
def test_judging_calls_the_store_as_often_as_the_page_says(meter, what):
    rows = dict(re.findall(r"^\| (.+?) \| ([\d,]+) \|", PAGE.read_text("utf-8"), re.MULTILINE))

    assert COUNTED[what](taught(meter)) == int(rows[what].replace(",", ""))


def test_the_page_counts_nothing_else():
    table = PAGE.read_text("utf-8").split("## Calls of the store", 1)[1].split("\n## ", 1)[0]

    assert re.findall(r"^\| ([^|]+?) \| [\d,]+ \|$", table, re.MULTILINE) == [*COUNTED]


def test_what_could_not_be_stored_is_stored_when_the_batch_comes_again(meter, monkeypatch):
    process = taught(meter)
    process.calls(read(0, 0))

    def refuse(_: Table, items: Iterable[Item]) -> None:
        if list(items):
            raise Unavailable

    with monkeypatch.context() as down:
        down.setattr(Table, "put_all", refuse)
        with pytest.raises(Unavailable):
            process.calls(read(0, 301))
    process.calls(read(0, 301))

    assert process.meter.calls["batch_write_item"] == 1


def test_a_full_memory_forgets_and_asks_again(meter):
    process = taught(meter)
    process.remembering._memory = ProcessMemory(most=2)
    process.calls(read(0, 0))
    asked = process.calls(read(0, 1))

    assert asked > routine(taught(meter))


def units(process: Process, *events: SecretEvent) -> costs.Units:
    process.calls(*events)
    return costs.Units(process.meter.read_units, process.meter.write_units)


def and_a_page(of: costs.Units) -> costs.Units:
    """Add the page of counts that rides with a write, here with one pair on it."""
    return costs.Units(of.reads, of.writes + 1)


def test_the_costs_are_computed_from_what_is_counted(meter):
    process = taught(meter)

    assert units(process, read(0, 0)) == and_a_page(costs.FIRST_OF_DAY)
    assert units(process, read(0, 1)) == costs.ROUTINE
    assert units(process, read(0, 301)) == and_a_page(costs.FIRST_OF_SLOT)
    assert units(process, read(MANY, 302)) == and_a_page(costs.NEW_PAIR)


def test_a_write_costs_what_the_costs_are_computed_from(meter):
    process = taught(meter)
    process.calls(read(0, 0))

    assert units(process, read(0, 1, name="PutSecretValue", version="v-1")) == costs.WRITE


def test_the_counts_of_fifty_pairs_cost_a_write_unit_and_no_call(meter):
    process = taught(meter)
    process.calls(*refresh(0))
    process.calls(*refresh(300))
    calls, counted = process.meter.calls.total(), process.meter.write_units - MANY * costs.FIRST_OF_SLOT.writes

    assert counted == MANY / costs.PAIRS_IN_UNIT
    assert calls == 1 + ceil((MANY + 1) / 25)


def test_what_only_waited_to_be_counted_is_written_once_in_five_minutes(meter):
    process = taught(meter)
    writes = []
    for minute in (0, 4, 5, 6):
        process.clock.time = NOW + timedelta(minutes=minute)
        process.calls(read(0, minute))
        writes.append(process.meter.calls["batch_write_item"])

    assert writes == [1, 0, 1, 0]


def test_the_page_shows_what_the_computation_gives():
    page = PAGE.read_text("utf-8")

    assert "\n".join(costs.rows()) in page
    assert "\n".join(costs.price_list()) in page


def test_the_computation_knows_the_template_and_the_metrics():
    resources = source()["Resources"].values()
    alarms = [
        one
        for one in resources
        if one["Type"] == "AWS::CloudWatch::Alarm" and one.get("Condition") not in {KEY_USE, "HasVault"}
    ]

    assert len(alarms) == costs.ALARMS
    of_vault = {Metric.COPIES_KEPT, Metric.COPIES_PROVEN, Metric.COPIES_NOT_RESTORABLE}  # never counted without one
    of_audit = {
        Metric.SECRETS_AUDITED,
        Metric.AUDIT_SCORE,
        Metric.AUDIT_GAPS,
        Metric.VIOLATIONS_CRITICAL,
        Metric.VIOLATIONS_HIGH,
        Metric.VIOLATIONS_MEDIUM,
        Metric.VIOLATIONS_LOW,
        Metric.SECRETS_UNGUARDED,
        Metric.ROTATIONS_OVERDUE,
    }
    assert len(of_audit) == costs.METRICS_OF_AN_AUDIT
    by_each_detector = {Metric.MESSAGES_JUDGED, Metric.EVENT_LAG}  # two of them, each a metric of its own
    of_each_hour = by_each_detector | {
        Metric.HEARTBEATS_ARRIVED,
        Metric.HEARTBEAT_AGE,
        Metric.BLIND_SPOTS,
        Metric.LOOKS_REFUSED,
        Metric.EVENTS_MISSED,
        Metric.SECRETS_LISTED,
        Metric.INVENTORY_GAPS,
    }
    assert len(of_each_hour) + len(by_each_detector) == costs.METRICS_OF_EACH_HOUR
    assert len(set(Metric) - of_vault - of_audit - of_each_hour) == costs.METRICS_NOW_AND_THEN
