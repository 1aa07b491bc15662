"""Of a simulated day every twentieth change is lost on its way: one look through the event history finds them all."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.adapters.records.envelopes import missed_message, parse_message
from nightlatch.detections import CATALOGUE
from nightlatch.domain.event.events import NIGHTLATCH, SecretEvent, Tick
from nightlatch.domain.judging.findings import RECONCILE, Finding
from nightlatch.domain.watching.lookups import SETTLED, Progress, Span, is_change
from nightlatch.service.effects import NoEffects, NothingIsOwn
from nightlatch.service.pipeline import Ports, handle
from nightlatch.service.reconcile import Found, Page, Reconciled, ReconcilePorts, reconcile
from simulation.callers import person
from simulation.life import SHORT, benign_day
from simulation.organisation import Organisation
from simulation.records import Pen, Record, Secret, day_at, draw

WANTED = {name for rule in CATALOGUE for name in rule.event_names if name.source != NIGHTLATCH}
LOST = 0.05
NOON = day_at(0, 12)
ORG = Organisation()


@dataclass
class Ticking:
    """A clock that goes on by a second with each page that is asked for."""

    at: datetime

    def now(self) -> datetime:
        """Tell the time."""
        return self.at


@dataclass
class History:
    """All that happened, as CloudTrail keeps it."""

    events: Sequence[SecretEvent]
    clock: Ticking = field(default_factory=lambda: Ticking(NOON))

    def page(self, name: str, span: Span, more: str | None) -> Page:
        """Give what happened under a name, newest first, fifty at a time."""
        self.clock.at += timedelta(seconds=1)
        inside = [one for one in self.events if one.name == name and span.start <= one.at <= span.end]
        inside.sort(key=lambda one: one.at, reverse=True)
        start, end = int(more or 0), int(more or 0) + 50
        some = inside[start:end]
        return Page(
            found=tuple(Found(event, RECORDS[event.event_id]) for event in some),
            oldest=some[-1].at if some else None,
            more=str(end) if end < len(inside) else None,
        )


@dataclass
class Judged:
    """Which events were judged."""

    noted: set[str] = field(default_factory=set)
    kept: Mapping[str, Progress] = field(default_factory=dict)

    def note(self, events: Collection[SecretEvent], at: datetime) -> None:
        """Remember them."""
        del at
        self.noted.update(event.event_id for event in events)

    def without(self, event_ids: Collection[str]) -> Collection[str]:
        """Give those that were not."""
        return [one for one in event_ids if one not in self.noted]

    def progress(self) -> Mapping[str, Progress]:
        """Give how far each name was looked at."""
        return self.kept

    def looked(self, progress: Mapping[str, Progress]) -> None:
        """Remember it."""
        self.kept = dict(progress)


class Detector:
    """The one engine in memory, and what it told."""

    def __init__(self) -> None:
        self.now = NOON
        self.judged = Judged()
        self.told: list[Finding] = []
        baselines = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=ORG.policy.inventory, now=lambda: self.now)
        self._ports = Ports(baselines, NothingIsOwn(), NoEffects())

    def take(self, events: Sequence[SecretEvent]) -> list[Finding]:
        """Judge events, and whatever has waited long enough."""
        batch: list[SecretEvent | Tick] = [*events, Tick(self.now)]
        outcome = handle(batch, rules=CATALOGUE, policy=ORG.policy, ports=self._ports, now=self.now)
        self.judged.note(events, self.now)
        self.told += outcome.findings
        return list(outcome.findings)


def the_day() -> list[Record]:
    """Give a day's changes, some of them by somebody who should not."""
    pen, mallory = Pen(7_777, 0), person("mallory")  # no other pen of the day has this number
    for number in range(60):
        secret = Secret(f"app/lost-{number}")
        pen.call("DeleteSecret", mallory, NOON - timedelta(minutes=29 - number / 3), {"secretId": secret.arn})
        pen.call("PutSecretValue", mallory, NOON - timedelta(minutes=29 - number / 3), {"secretId": secret.arn})
    return [*pen.records, *benign_day(SHORT, 0)]


def changes(records: Sequence[Record]) -> list[SecretEvent]:
    """Give the changes that CloudTrail's history would have of the last half hour, settled."""
    events = [parse(record) for record in records]
    names = {(name.source, name.name) for name in WANTED if is_change(name)}
    early, late = NOON - SETTLED - timedelta(minutes=29), NOON - SETTLED
    return [event for event in events if (event.source, event.name) in names and early <= event.at <= late]


DAY = the_day()
RECORDS = {str(record["eventID"]): json.dumps(record) for record in DAY if "eventID" in record}
HAPPENED = changes(DAY)


def is_lost(event: SecretEvent) -> bool:
    return draw("lost", event.event_id) < LOST


@pytest.fixture(scope="module")
def played() -> tuple[Detector, Reconciled, list[Finding]]:
    """Lose every twentieth, judge the rest, then look once."""
    detector = Detector()
    brought: list[object] = []
    detector.take([event for event in HAPPENED if not is_lost(event)])

    class Lane:
        def bring(self, records: Sequence[str]) -> Mapping[int, str]:
            brought.extend(missed_message(record) for record in records)
            return {}

    ports = ReconcilePorts(history=History(HAPPENED), judged=detector.judged, lane=Lane(), now=lambda: detector.now)
    found = reconcile(ports, WANTED, NOON + timedelta(minutes=4))
    parsed = [event for event in map(parse_message, brought) if isinstance(event, SecretEvent)]
    late = detector.take(parsed)
    again = reconcile(ports, WANTED, NOON + timedelta(minutes=4))
    assert again.missed == ()
    return detector, found, late


def test_all_that_were_lost_are_found_in_one_look_and_nothing_else(
    played: tuple[Detector, Reconciled, list[Finding]],
) -> None:
    _, found, _ = played
    lost = [event for event in HAPPENED if is_lost(event)]

    assert len(lost) >= 3
    assert sorted(event.event_id for event in found.missed) == sorted(event.event_id for event in lost)
    assert (found.gaps, found.is_whole) == ((), True)


def test_what_was_found_is_marked_and_what_came_is_not(
    played: tuple[Detector, Reconciled, list[Finding]],
) -> None:
    detector, _, late = played

    assert late != []
    of_the_lost = [one for one in detector.told if one.via == RECONCILE]
    assert {one.id for one in of_the_lost} == {one.id for one in late if one.via == RECONCILE} != set()
    assert all("via reconcile" in one.reason for one in of_the_lost)


def evidence(told: Sequence[Finding]) -> dict[tuple[str, str], set[str]]:
    """Give the events behind what was told, by rule and subject."""
    found: dict[tuple[str, str], set[str]] = {}
    for one in told:
        found.setdefault((one.rule, one.subject), set()).update(one.event_ids)
    return found


def test_in_the_end_the_same_is_known_as_if_nothing_had_been_lost_and_nothing_is_told_twice(
    played: tuple[Detector, Reconciled, list[Finding]],
) -> None:
    detector, _, _ = played
    whole = Detector()
    whole.take(HAPPENED)

    assert evidence(detector.told) == evidence(whole.told)
    before = evidence(detector.told)
    detector.take([parse(json.loads(RECORDS[event.event_id])) for event in HAPPENED if is_lost(event)])
    assert evidence(detector.told) == before


def test_a_flood_under_ten_names_holds_up_the_finding_of_no_lost_event_and_what_is_left_of_it_is_told() -> None:
    lost = [event for event in HAPPENED if is_lost(event)]
    asked = {name.name for name in WANTED if is_change(name) and name.source.startswith("secretsmanager")}
    busy = sorted(asked - {event.name for event in lost})[:10]
    flood = a_flood(busy, 800)
    judged, clock = Judged(), Ticking(NOON)
    judged.note([event for event in [*flood, *HAPPENED] if event not in lost], NOON)

    class Lane:
        def bring(self, records: Sequence[str]) -> Mapping[int, str]:
            del records
            return {}

    ports = ReconcilePorts(history=History([*flood, *HAPPENED], clock), judged=judged, lane=Lane(), now=clock.now)
    found = reconcile(ports, WANTED, NOON + timedelta(minutes=4))

    assert len(busy) == 10
    assert {event.event_id for event in found.missed} == {event.event_id for event in lost}
    assert [gap.endswith("not looked up to the end; the next look goes on there") for gap in found.gaps] == [True]
    assert clock.at < NOON + timedelta(minutes=4, seconds=2)


def a_flood(names: Sequence[str], each: int) -> list[SecretEvent]:
    """Give so many events of each of some names, two a second."""
    pen, secret = Pen(8_888, 0), Secret("app/flooded")
    for name in names:
        for number in range(each):
            at = NOON - SETTLED - timedelta(seconds=number / 2)
            pen.call(name, person("mallory"), at, {"secretId": secret.arn})
    RECORDS.update({str(record["eventID"]): json.dumps(record) for record in pen.records})
    return [parse(record) for record in pen.records]
