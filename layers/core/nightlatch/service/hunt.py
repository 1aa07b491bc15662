"""Judges old logs by the same `handle()` as the live detector and tells what it would have told.

History comes first and is only learnt. The events to judge are put in order of time, for files are not, and go
through in batches, each followed by a tick, so that rules which wait for something wait here too. When the input
ends, nothing more can come: every pending wait is judged as elapsed.

Source: rulings 6, 7, 35 and 43 of the design.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightlatch.domain.answering.decisions import Alert, Decision, Record
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.event.events import SecretEvent, Tick
from nightlatch.domain.judging.baseline import LEARNING_PERIOD
from nightlatch.domain.judging.findings import Finding, Severity, State, fold
from nightlatch.domain.judging.rules import Detection
from nightlatch.service.intake import Item, Tally, take_in
from nightlatch.service.pipeline import Ports, handle

_BATCH = 50_000
_AFTER_ALL = timedelta(days=366)  # longer than any rule waits


@dataclass(frozen=True, slots=True, kw_only=True)
class HuntReport:
    """What a hunt found, and what it read to find it."""

    findings: tuple[Finding, ...]  # folded, in order of time
    judged: Tally
    learnt: Tally | None  # None without history
    reach: timedelta | None = None  # from the first event of the history to the first that was judged

    @property
    def pairs_count(self) -> bool:
        """Whether there was history enough to know who uses what (ruling 35)."""
        return self.reach is not None and self.reach >= LEARNING_PERIOD

    @property
    def is_partial(self) -> bool:
        """Whether something could not be read or judged."""
        return self.judged.is_partial or (self.learnt is not None and self.learnt.is_partial)

    def worth_stopping_for(self, at_least: Severity) -> bool:
        """Tell whether an open finding is at or above a severity; digest and learning never count (ruling 7)."""
        return any(f.state is State.OPEN and f.severity.rank >= at_least.rank for f in self.findings)


def hunt(
    items: Iterable[Item],
    *,
    rules: Sequence[Detection],
    policy: Policy,
    ports: Ports,
    history: Iterable[Item] | None = None,
) -> HuntReport:
    """Learn the history, judge the rest, and give the folded findings.

    The policy's exemptions hold as of each batch's time, and so do the stages of rules; its modes do not, for they say
    who is woken, and a hunt wakes nobody.

    Raises:
        Unavailable: The baselines could not be asked (never with those in memory).
    """
    learnt: Tally | None = None
    past: list[SecretEvent] = []
    if history is not None:
        past, learnt = take_in(history)
        ports.baselines.learn(in_order(event for event in past if not event.is_twin))
    events, judged = take_in(items)
    begun, first = (min((event.at for event in some), default=None) for some in (past, events))
    told, unheard = _judge(in_order(events), rules, _telling(policy), ports)
    findings = (*fold(tuple(told)), *(one for some in unheard.values() for one in fold(tuple(some))))
    return HuntReport(
        findings=tuple(sorted(findings, key=lambda f: (f.first_seen, -f.severity.rank, f.rule, f.subject))),
        judged=judged,
        learnt=learnt,
        reach=first - begun if begun and first else None,
    )


def in_order(events: Iterable[SecretEvent]) -> list[SecretEvent]:
    """Sort by time, which CloudTrail gives in seconds; within a second a write comes before the read it enables."""
    return sorted(
        events, key=lambda event: (event.at.replace(microsecond=0), event.read_only, event.at, event.event_id)
    )


def _judge(
    events: Sequence[SecretEvent], rules: Sequence[Detection], policy: Policy, ports: Ports
) -> tuple[list[Finding], dict[str, list[Finding]]]:
    """Give what is told, and apart from it, by the reason, what the operator chose not to hear."""
    told: list[Finding] = []
    unheard: dict[str, list[Finding]] = {}
    for batch, now in _batches(events):
        outcome = handle(batch, rules=rules, policy=policy, ports=ports, now=now)
        for decision in outcome.decisions:
            _sort_in(decision, told, unheard)
    return told, unheard


def _sort_in(decision: Decision, told: list[Finding], unheard: dict[str, list[Finding]]) -> None:
    match decision:
        case Alert(finding):
            told.append(finding)
        case Record(finding, why) if finding.state is State.OPEN:
            # With every mode opened, only an exemption or a staged rule keeps an open finding from being told.
            shown = replace(finding, state=State.DIGEST, reason=f"{finding.reason} ({why})")
            unheard.setdefault(why, []).append(shown)
        case Record(finding):
            told.append(finding)
        case _:
            pass  # responses: a hunt does nothing to any secret


def _batches(events: Sequence[SecretEvent]) -> Iterator[tuple[Sequence[SecretEvent | Tick], datetime]]:
    for start in range(0, len(events), _BATCH):
        batch = events[start : start + _BATCH]
        yield [*batch, Tick(batch[-1].at)], batch[-1].at
    if events:
        yield [Tick(events[-1].at + _AFTER_ALL)], events[-1].at


def _telling(policy: Policy) -> Policy:
    """Open every mode, so that none hides a finding."""
    return replace(policy, default=Protection(mode=Mode.NOTIFY), selectors=())
