"""What nobody was told of is filed by the day on which it was recorded, once; each day's digest is asked for once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from builders import a_finding
from fakes import FixedClock
from fakes_telling import FakeDigests
from nightlatch.adapters.digests import DynamoDigests
from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.domain.history.examples import AT
from nightlatch.domain.judging.findings import Finding, State
from nightlatch.service.summary_ports import Digests
from worlds import a_table, items_of, on_moto

DAY = timedelta(days=1)
TODAY, YESTERDAY = AT.date(), AT.date() - DAY
NOTED = a_finding(state=State.DIGEST, event_ids=("a", "b"))  # at nine o'clock, today
GROWN = replace(NOTED, event_ids=("a", "b", "c"))


@dataclass
class Days:
    """What was recorded in DynamoDB, and a clock."""

    incidents: DynamoIncidents
    digests: DynamoDigests
    clock: FixedClock
    client: Any

    def record(self, finding: Finding, at: datetime) -> None:
        self.clock.time = at
        self.incidents.record(finding, "goes to the digest")

    def filed(self) -> dict[str, int]:
        """Give how much stands behind what was filed, by day."""
        records = [one for one in items_of(self.client) if one["pk"]["S"].startswith("record#")]
        return {one["pk"]["S"].removeprefix("record#"): int(one["weight"]["N"]) for one in records}


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Iterator[Days]:
    with on_moto(monkeypatch):
        table, client = a_table()
        clock = FixedClock(AT)
        yield Days(DynamoIncidents(table, now=clock), DynamoDigests(table, now=clock), clock, client)


@pytest.fixture(params=["fake", "moto"])
def digests(request: pytest.FixtureRequest) -> Digests:
    """Give digests on whose day, today, one finding was recorded."""
    if request.param == "fake":
        fake = FakeDigests()
        fake.by_day[TODAY] = [NOTED]
        return fake
    days: Days = request.getfixturevalue("days")
    days.record(NOTED, AT)
    return days.digests


def test_what_was_recorded_on_a_day_is_found(digests: Digests):
    assert list(digests.recorded(TODAY)) == [NOTED]
    assert list(digests.recorded(YESTERDAY)) == []
    assert digests.has_any(TODAY)
    assert not digests.has_any(YESTERDAY)


def test_a_digest_that_was_asked_for_stays_so(digests: Digests):
    assert not digests.is_ordered(TODAY)
    for _ in range(2):
        digests.order(TODAY)
        assert digests.is_ordered(TODAY)
    assert not digests.is_ordered(YESTERDAY)


def test_another_process_knows_what_was_asked_for(days: Days):
    other = DynamoDigests(days.digests._table, now=days.clock)
    assert not other.is_ordered(TODAY)

    days.digests.order(TODAY)

    assert other.is_ordered(TODAY)


def test_a_damaged_record_keeps_no_other_from_being_found(days: Days):
    days.record(NOTED, AT)
    days.record(replace(NOTED, rule="access.first-read"), AT)
    damaged = next(item for item in items_of(days.client) if "first-read" in item["finding"]["S"])
    days.digests._table.put({"pk": damaged["pk"]["S"], "sk": damaged["sk"]["S"], "finding": "{}", "weight": 1})

    assert list(days.digests.recorded(TODAY)) == [NOTED]


def test_a_sweep_that_began_the_day_before_is_filed_by_the_day_on_which_it_was_recorded(days: Days):
    sweep = a_finding(state=State.DIGEST, after_s=-13 * 3_600, lasting_s=13 * 3_600)
    assert sweep.first_seen.date() == YESTERDAY

    days.record(sweep, AT)

    assert list(days.digests.recorded(TODAY)) == [sweep]
    assert not days.digests.has_any(YESTERDAY)


def test_the_same_again_is_not_filed_on_a_later_day(days: Days):
    for later in (0, 1, 3, 7):
        days.record(NOTED, AT + later * DAY)

    assert days.filed() == {"2026-03-02": 2}


def test_what_grew_stays_on_its_day_until_the_digest_was_asked_for(days: Days):
    days.record(NOTED, AT)
    days.record(GROWN, AT + DAY)

    assert days.filed() == {"2026-03-02": 3}


def test_what_grew_after_its_digest_is_filed_anew_and_once(days: Days):
    days.record(NOTED, AT)
    days.digests.order(TODAY)
    for finding, later in ((GROWN, 1), (GROWN, 1), (NOTED, 2), (GROWN, 3)):
        days.record(finding, AT + later * DAY)

    assert days.filed() == {"2026-03-02": 2, "2026-03-03": 3}


@pytest.mark.parametrize("days_ago", [8, 30, 300])
def test_old_logs_that_are_judged_again_are_history_and_no_news_of_today(days: Days, days_ago: int):
    old = a_finding(state=State.DIGEST, after_s=-days_ago * 86_400)

    days.record(old, AT)

    assert days.filed() == {old.first_seen.date().isoformat(): 1}
    assert not any(days.digests.has_any(TODAY - back * DAY) for back in range(8))


def test_what_happened_within_the_week_is_news_of_today(days: Days):
    days.record(a_finding(state=State.DIGEST, after_s=-7 * 86_400), AT)

    assert days.filed() == {"2026-03-02": 1}


def test_the_day_is_that_of_utc(days: Days):
    days.record(NOTED, datetime.fromisoformat("2026-03-03T01:30:00+02:00"))

    assert days.digests.has_any(date(2026, 3, 2))
