"""Judges simulated days by the real pipeline in memory, hour by hour, and keeps what people would be told.

History grows as it does live, and what has expired is forgotten as the table forgets it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.entries import PRINCIPAL_KEPT
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.detections import CATALOGUE
from nightlatch.domain.answering.decisions import Alert, Record
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.event.events import SecretEvent, Tick
from nightlatch.domain.judging.findings import Finding, fold
from nightlatch.service.effects import NoEffects, NothingIsOwn
from nightlatch.service.hunt import in_order
from nightlatch.service.pipeline import Ports, handle
from simulation import records

_HOUR = timedelta(hours=1)


class _ForgettingTrails(MemoryTrails):
    """History in memory that drops what a principal did once its time is over, as the table does by itself."""

    def forget(self, now: datetime) -> None:
        for name, trail in self._trails.items():
            if name.startswith(("principal:", "deletions:")):
                over = [key for key in trail.seen if key[0] < now - PRINCIPAL_KEPT]
                for key in over:
                    del trail.seen[key]
                trail.order.clear()  # else as many new sightings as were dropped would not show


@dataclass(slots=True)
class Told:
    """What came of the judged days: for a person now, and for nobody or the digest."""

    alerts: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    events: int = 0

    def folded(self) -> tuple[Finding, ...]:
        """Give the alerts as the incidents that people see."""
        return fold(tuple(self.alerts))


class Judge:
    """The whole catalogue over one growing history."""

    def __init__(self, policy: Policy) -> None:
        self.told = Told()
        self._policy = policy
        self._now = records.BEGIN
        self._trails = _ForgettingTrails()
        baselines = TrailBaselines(self._trails, MemoryWaits(), inventory=policy.inventory, now=lambda: self._now)
        self._ports = Ports(baselines, NothingIsOwn(), NoEffects())

    def day(self, day: int, some: Iterable[records.Record]) -> None:
        """Judge the records of a day; those that reach into the next come at its end."""
        events = in_order(parse(record) for record in some)
        self.told.events += len(events)
        times = [event.at for event in events]
        first = 0
        for hour in range(1, 25):
            end = records.day_at(day, hour)
            behind = bisect_left(times, end) if hour < 24 else len(events)
            self._handle(events[first:behind], end)
            first = behind
        self._trails.forget(self._now)

    def end(self) -> Told:
        """Let the waits of the last hours end."""
        for _ in range(3):
            self._handle((), self._now + _HOUR)
        return self.told

    def _handle(self, events: Sequence[SecretEvent], now: datetime) -> None:
        self._now = now
        outcome = handle([*events, Tick(now)], rules=CATALOGUE, policy=self._policy, ports=self._ports, now=now)
        for decision in outcome.decisions:
            match decision:
                case Alert(finding):
                    self.told.alerts.append(finding)
                case Record(finding):
                    self.told.notes.append(finding)
                case _:
                    pass  # acts: nothing is done to simulated secrets
