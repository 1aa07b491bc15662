"""Plays a story to the whole catalogue, as a hunt over its records or live in batches, and sums up what was told.

A verdict is what people would see of it: of each finding its number, severity, state and the names of its secrets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from fakes import FakeIncidents
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.detections import CATALOGUE
from nightlatch.domain.answering.decisions import Alert, Record
from nightlatch.domain.answering.policy import Mode, Protection
from nightlatch.domain.event.events import SecretEvent, Tick
from nightlatch.domain.judging.baseline import Maturity
from nightlatch.domain.judging.findings import Finding, Severity, State, fold
from nightlatch.service.effects import NoEffects, NothingIsOwn
from nightlatch.service.hunt import hunt, in_order
from nightlatch.service.intake import FileRead
from nightlatch.service.pipeline import Ports, handle
from stories.records import Record as TrailRecord
from stories.story import Story

AFTER_ALL = timedelta(days=366)
Verdict = tuple[tuple[str, Severity, State, tuple[str, ...]], ...]


def hunted(story: Story, records: Sequence[TrailRecord] | None = None) -> tuple[Finding, ...]:
    """Hunt the story's records, or others in their place, and give the findings."""
    told = story.records() if records is None else records
    past = story.history() if story.history is not None else None
    report = hunt(
        [*map(parse, told), FileRead("story", len(told))],
        rules=CATALOGUE,
        policy=replace(story.policy, inventory=story.inventory),
        ports=_ports(story, MemoryTrails(most=None), MemoryWaits()),
        history=None if past is None else [*map(parse, past), FileRead("history", len(past))],
    )
    assert not report.is_partial
    return report.findings


@cache
def found_in(story: Story) -> tuple[Finding, ...]:
    """Give the findings of a story as it stands, hunted once for all tests."""
    return hunted(story)


def live(story: Story, batches: Iterable[Sequence[TrailRecord]], *, handlers: int = 1) -> tuple[Finding, ...]:
    """Hand batches to handlers in turn, which share nothing but the stores, each batch with the tick of its minute."""
    trails, waits = MemoryTrails(), MemoryWaits()
    at_work = [_ports(story, trails, waits) for _ in range(handlers)]
    if story.history is not None:
        at_work[0].baselines.learn(in_order(map(parse, story.history())))
    found: list[Finding] = []
    now = datetime.min.replace(tzinfo=UTC)
    late = story.late()
    for number, batch in enumerate(batches):
        events = [parse(record) for record in batch]
        now = max(now, *(event.at + timedelta(seconds=late.get(event.event_id, 0)) for event in events))
        found += _handle(story, at_work[number % handlers], [*events, Tick(now)], now)
    found += _handle(story, at_work[0], [Tick(now + AFTER_ALL)], now)
    return fold(tuple(found))


def arriving(story: Story, records: Sequence[TrailRecord] | None = None) -> list[TrailRecord]:
    """Give records in the order in which they come live: of their times, and the late ones late."""
    told, late = story.records() if records is None else records, story.late()
    events = {event.event_id: event for event in map(parse, told)}
    place = {event.event_id: number for number, event in enumerate(in_order(events.values()))}

    def arrival(record: TrailRecord) -> tuple[datetime, int]:
        event = events[_id_of(record)]
        return event.at + timedelta(seconds=late.get(event.event_id, 0)), place[event.event_id]

    return sorted(told, key=arrival)


def verdict(findings: Iterable[Finding]) -> Verdict:
    """Sum up findings as people see them."""
    return tuple(
        sorted(
            (one.catalogue, one.severity, one.state, tuple(sorted({secret.name for secret in one.secrets})))
            for one in findings
        )
    )


def loud(findings: Iterable[Finding]) -> list[Finding]:
    """Keep what is MEDIUM or above, whoever hears of it."""
    return [finding for finding in findings if finding.severity.rank >= Severity.MEDIUM.rank]


def incidents(findings: Iterable[Finding]) -> int:
    """Count the problems that open findings come to."""
    problems = FakeIncidents()
    for finding in findings:
        if finding.state is State.OPEN:
            problems.fold(finding, policy_digest="")
    return len(problems.by_id)


def _ports(story: Story, trails: MemoryTrails, waits: MemoryWaits) -> Ports:
    baselines = TrailBaselines(
        trails, waits, inventory=story.inventory, now=lambda: datetime(2030, 1, 1, tzinfo=UTC), young=Maturity.NONE
    )
    return Ports(baselines=baselines, own=NothingIsOwn(), effects=NoEffects())


def _handle(story: Story, ports: Ports, batch: Sequence[SecretEvent | Tick], now: datetime) -> Iterator[Finding]:
    """Judge a batch; of what an exemption silences say, as a hunt does, that nobody hears of it now."""
    policy = replace(story.policy, inventory=story.inventory, default=Protection(mode=Mode.NOTIFY))
    for decision in handle(batch, rules=CATALOGUE, policy=policy, ports=ports, now=now).decisions:
        match decision:
            case Record(finding, _):
                yield finding if finding.state is not State.OPEN else replace(finding, state=State.DIGEST)
            case Alert(finding):
                yield finding
            case _:
                pass  # a response, which these stories do not look at


def _id_of(record: TrailRecord) -> str:
    return str(record.get("eventID") or record["id"])
