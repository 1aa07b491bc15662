"""The one flow: events in, judgements and deeds out; live, in a hunt and on the local stage it is this function.

    observe (all of the batch) ──> detect (each, pure) ──> decide (each, pure) ──> carry out (folded)

A tick takes the same road with the events that some rule asked to see again. Twins from VPC endpoints are left at the
door: remembered, they would double every count; judged, they would be told and answered twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

from nightlatch.domain.account.decoys import NONE_PLANTED, Planted
from nightlatch.domain.answering.allowances import Allowance
from nightlatch.domain.answering.decisions import (
    Alert,
    Decision,
    Record,
    asks_what_is_allowed,
    asks_what_is_declared,
    decide,
)
from nightlatch.domain.answering.declarations import Declaration
from nightlatch.domain.answering.decoy_notes import removals
from nightlatch.domain.answering.orders import Respond
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.containing.blast_radius import radius_of
from nightlatch.domain.event.events import LABEL_UPDATED, SecretEvent, Tick
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Finding, fold
from nightlatch.domain.judging.rules import Detection, Wait, detect, readers
from nightlatch.service.act_ports import Allowances
from nightlatch.service.ports import Baselines, OwnActions

_Said = dict[tuple[str, str, int], Finding]  # by the identity of the evidence, which the finding keeps alive


class Declarations(Protocol):
    """Gives what people said was theirs."""

    def of(self, principal: str) -> Sequence[Declaration]:
        """Give what was declared of a principal; raises Unavailable."""


class Effects(Protocol):
    """Carries decisions out; a hunt has one that does nothing."""

    def carry_out(self, decisions: Sequence[Decision], *, policy: Policy, now: datetime) -> Mapping[str, str]:
        """Do what was decided and give the events that must come again because AWS could not be asked, and why."""


@dataclass(frozen=True, slots=True)
class NothingIsAllowed:
    """In old logs nobody has allowed anything."""

    def on(self, secrets: Sequence[SecretRef]) -> Sequence[Allowance]:
        """Give nothing."""
        del secrets
        return ()

    def begun(self, now: datetime) -> Sequence[Response]:
        """Give nothing."""
        del now
        return ()


@dataclass(frozen=True, slots=True)
class NothingIsDeclared:
    """In old logs nobody said that anything was theirs."""

    def of(self, principal: str) -> Sequence[Declaration]:
        """Give nothing."""
        del principal
        return ()


@dataclass(frozen=True, slots=True)
class Ports:
    """The world, as far as judging and carrying out need it."""

    baselines: Baselines
    own: OwnActions
    effects: Effects
    allowances: Allowances = field(default_factory=NothingIsAllowed)
    declarations: Declarations = field(default_factory=NothingIsDeclared)
    planted: Planted = NONE_PLANTED  # decoys, whose removal somebody may have said beforehand


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one batch came to."""

    findings: tuple[Finding, ...]  # folded, told or not
    decisions: tuple[Decision, ...]
    failed: Mapping[str, str] = field(default_factory=dict)  # ids of events to deliver again, and why


@dataclass(frozen=True, slots=True)
class _Case:
    """An event on the bench, with the rules that shall judge it."""

    event: SecretEvent
    baseline: Baseline
    rules: tuple[Detection, ...]


def handle(
    batch: Sequence[SecretEvent | Tick], *, rules: Sequence[Detection], policy: Policy, ports: Ports, now: datetime
) -> Outcome:
    """Judge a batch and carry out what follows.

    Raises:
        Unavailable: History could not be asked; nothing was judged, deliver the whole batch again.
    """
    events = [item for item in batch if isinstance(item, SecretEvent) and not item.is_twin]
    decisions: list[Decision] = []
    said: _Said = {}
    for case in _cases(events, rules, policy, ports):
        made, waits = _judge(case, said, policy, ports, now)
        decisions.extend(made)
        for rule, wait in waits:
            ports.baselines.postpone(case.event, rule.id, case.event.at + wait.until_after)
    waited: list[tuple[SecretEvent, str, Wait | None]] = []
    for moment in (item.now for item in batch if isinstance(item, Tick)):
        for event, rule_id, baseline in ports.baselines.due(moment):
            asked = tuple(rule for rule in rules if rule.id == rule_id)
            made, waits = _judge(_Case(event, baseline, asked), said, policy, ports, now)
            decisions.extend(made)
            waited.append((event, rule_id, next((wait for _, wait in waits), None)))
    folded = _fold(decisions)
    failed = ports.effects.carry_out(folded, policy=policy, now=now)
    for event, rule_id, again in waited:
        if event.event_id in failed:
            continue  # the next tick brings it again
        ports.baselines.settle(event, rule_id)
        if again is not None:
            ports.baselines.postpone(event, rule_id, event.at + again.until_after)
    findings = tuple(decision.finding for decision in folded if isinstance(decision, (Alert, Record)))
    return Outcome(findings=findings, decisions=folded, failed=failed)


def _cases(events: Sequence[SecretEvent], rules: Sequence[Detection], policy: Policy, ports: Ports) -> Iterator[_Case]:
    """Give one case at a time: a baseline holds thousands of sightings, and a hunt judges 100,000 events at once."""
    own = frozenset(event.event_id for event in events if _is_own(event, policy, ports))
    baselines = ports.baselines.observe(events, own) if events else ()
    reading = readers(rules)
    for event, baseline in zip(events, baselines, strict=True):
        if event.event_id not in own:
            yield _Case(event, baseline, reading(event))


def _is_own(event: SecretEvent, policy: Policy, ports: Ports) -> bool:
    """Ask the ledger about events that may be ours: our role alone proves nothing (ruling 5).

    The native label event names no actor, so each of them may be ours.
    """
    may_be_ours = event.principal.key in policy.own_roles or event.name == LABEL_UPDATED
    return may_be_ours and ports.own.is_own(event)


def _judge(
    case: _Case, said: _Said, policy: Policy, ports: Ports, now: datetime
) -> tuple[tuple[Decision, ...], tuple[tuple[Detection, Wait], ...]]:
    """Give what follows from an event, and the rules that ask to see it again."""
    event = case.event
    found, waits = detect(event, case.baseline, case.rules)
    findings = [finding for finding in found if _is_news(finding, said)]
    allowances = _allowances(event, ports) if asks_what_is_allowed(event, findings, policy) else ()
    radius = partial(radius_of, case.baseline.by_principal, upto=event.at)
    declared = _declared(findings, policy, ports.declarations)
    tended = ports.planted.tended_by(event)
    made = decide(event, findings, policy, now, allowances=allowances, declared=declared, tended=tended, radius=radius)
    return made, waits


def _allowances(event: SecretEvent, ports: Ports) -> list[Allowance]:
    return [*ports.allowances.on(event.secrets), *removals(ports.planted, event.secrets)]


def _declared(findings: Sequence[Finding], policy: Policy, declarations: Declarations) -> list[Declaration]:
    """Give what people said was theirs, of whoever acted in what would be told."""
    principals = {one.principal.key: None for one in findings if asks_what_is_declared(one, policy)}
    return [one for principal in principals for one in declarations.of(principal)]


def _is_news(finding: Finding, said: _Said) -> bool:
    """Tell whether no earlier event of the batch came to this very finding, as all events of one episode do.

    They share its evidence, the object itself, so that twenty thousand need not be compared id by id. A finding with
    a remedy is about its own event.
    """
    key = (finding.rule, finding.subject, id(finding.event_ids))
    known = said.setdefault(key, finding)
    return known is finding or finding.remedy is not None


def _fold(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """Fold the findings of a batch first, so that a burst of a thousand events is one alert."""
    alerts = fold(tuple(d.finding for d in decisions if isinstance(d, Alert)))
    records: dict[str, list[Finding]] = {}
    for decision in decisions:
        if isinstance(decision, Record):
            records.setdefault(decision.why, []).append(decision.finding)
    kept = [Record(finding, why) for why, findings in records.items() for finding in fold(tuple(findings))]
    responses = [d for d in decisions if isinstance(d, Respond) and not d.per_incident]
    stops = {d.action: d for d in decisions if isinstance(d, Respond) and d.per_incident}
    return tuple(dict.fromkeys([*(Alert(finding) for finding in alerts), *kept, *responses, *stops.values()]))
