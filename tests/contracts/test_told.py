"""What a channel has told is remembered, and one process tells at a time; snoozes are found until they were told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from builders import a_finding, a_snooze
from fakes import FakeIncidents, FixedClock
from fakes_telling import FakeSleepers, FakeTold
from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.adapters.snoozes import DynamoSleepers
from nightlatch.adapters.told import LEASE, DynamoTold
from nightlatch.domain.errors import IllegalTransition, NotFound, Unavailable
from nightlatch.domain.history.examples import AT
from nightlatch.service.telling_ports import Told
from worlds import a_table, items_of, on_moto

HOUR = timedelta(hours=1)


@pytest.fixture(params=["fake", "moto"])
def told(request, monkeypatch) -> Iterator[Told]:
    if request.param == "fake":
        yield FakeTold()
        return
    with on_moto(monkeypatch):
        yield DynamoTold(a_table()[0], now=FixedClock(), pause=lambda _: None)


def test_nothing_was_told_at_first(told):
    assert told.of("inc-1", "slack") == frozenset()


def test_what_was_told_is_remembered_for_each_channel(told):
    told.take("inc-1", "slack")
    told.keep("inc-1", "slack", {"opened", "severity-HIGH"})
    told.take("inc-1", "slack")
    told.keep("inc-1", "slack", {"done-r-1"})

    assert told.of("inc-1", "slack") == {"opened", "severity-HIGH", "done-r-1"}
    assert told.of("inc-1", "sns") == told.of("inc-2", "slack") == frozenset()


def test_one_process_tells_at_a_time(told):
    told.take("inc-1", "slack")

    with pytest.raises(Unavailable, match="inc-1"):
        told.take("inc-1", "slack")
    assert told.take("inc-1", "sns") == frozenset()


def test_thousands_of_details_fit(told):
    marks = {f"line-{number:016x}" for number in range(3_000)}
    told.take("inc-1", "slack")
    told.keep("inc-1", "slack", marks)

    assert told.take("inc-1", "slack") == marks


def test_a_process_that_died_while_it_told_is_waited_for_no_longer_than_its_lease(monkeypatch):
    with on_moto(monkeypatch):
        table, client = a_table()
        DynamoTold(table, now=FixedClock(AT)).take("inc-1", "slack")

        assert DynamoTold(table, now=FixedClock(AT + LEASE)).take("inc-1", "slack") == frozenset()

        (item,) = items_of(client)
    assert int(item["expires_at"]["N"]) == (AT + LEASE + timedelta(days=400)).timestamp()


@pytest.fixture(params=["fake", "moto"])
def sleeping(request, monkeypatch) -> Iterator[tuple]:
    if request.param == "fake":
        incidents = FakeIncidents()
        yield incidents, FakeSleepers(incidents)
        return
    with on_moto(monkeypatch):
        table = a_table()[0]
        stored = DynamoIncidents(table, now=FixedClock())
        yield stored, DynamoSleepers(table, stored)


def test_a_snooze_is_part_of_its_incident_and_found_until_it_was_told(sleeping):
    incidents, sleepers = sleeping
    incident, _ = incidents.fold(a_finding(), policy_digest="")

    asleep = sleepers.put_to_sleep(incident.id, a_snooze())

    assert incidents.get(incident.id) == asleep
    assert (asleep.snooze, asleep.revision) == (a_snooze(), incident.revision + 1)
    assert list(sleepers.asleep(AT)) == [incident.id]
    assert list(sleepers.woken(AT)) == []
    assert list(sleepers.woken(AT + HOUR)) == [(incident.id, AT + HOUR)]
    sleepers.told_awake(incident.id, AT + HOUR)
    assert list(sleepers.woken(AT + HOUR)) == list(sleepers.asleep(AT)) == []


def test_the_same_snooze_twice_is_one_and_another_of_its_number_is_refused(sleeping):
    incidents, sleepers = sleeping
    incident, _ = incidents.fold(a_finding(), policy_digest="")
    first = sleepers.put_to_sleep(incident.id, a_snooze())

    assert sleepers.put_to_sleep(incident.id, a_snooze()) == first
    with pytest.raises(IllegalTransition, match="snoozed since"):
        sleepers.put_to_sleep(incident.id, a_snooze(until=AT + 2 * HOUR))
    assert sleepers.put_to_sleep(incident.id, a_snooze(2, AT + 2 * HOUR)).snooze == a_snooze(2, AT + 2 * HOUR)


def test_what_is_no_incident_cannot_sleep(sleeping):
    with pytest.raises(NotFound):
        sleeping[1].put_to_sleep("inc-none", a_snooze())
