"""How rules judge: a detection is a value with a pure function, and every rule gets its say about every event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from nightlatch.domain.event.events import NIGHTLATCH, EventName, SecretEvent
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.evidence import Evidence
from nightlatch.domain.judging.baseline import Baseline, Maturity
from nightlatch.domain.judging.findings import RECONCILE, Finding, Remedy, Severity, State, Undone
from nightlatch.domain.judging.weight import weighed

_MISSED = " (its event did not come; CloudTrail's event history has it: via reconcile)"
_SHOWN = " (the secret's own state shows it: via reconcile)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Why a rule fired; whatever is left out is taken from the event."""

    reason: str
    severity: Severity | None = None
    headline: str | None = None
    evidence: Evidence | None = None  # the events that count, beside the judged one
    secrets: tuple[SecretRef, ...] | None = None  # each once
    remedy: Remedy | None = None  # the rule's own where left out
    avoid: tuple[str, ...] = ()  # versions that the same hand made before: no way back may end at them
    undoes: Undone | None = None  # what the remedy takes back, where that is another call
    subject: str | None = None  # what later hits fold on; the principal by default
    novelty: bool = False  # this clause means something only against history (see Detection.novelty)
    digest: bool = False  # worth a line in the daily digest, not a person's attention
    fault: bool = False  # the rule could not judge: a note beside whatever it and others decided (ruling 36)
    asked_for: bool = False  # told whatever the mode: somebody laid it out to hear of it
    again: timedelta | None = None  # told now, and judged again after this time: what comes late may make it worse


@dataclass(frozen=True, slots=True)
class Wait:
    """Not decidable yet: judge the event again after this time, when what may have come late has had its chance."""

    until_after: timedelta


Verdict = Match | Wait | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An event that real records make possible, what was known, and whether the rule must fire."""

    name: str
    event: SecretEvent
    fires: bool
    baseline: Baseline
    severity: Severity | None = None  # when it fires: what it must be


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """One way to see one attack: data, a pure function, its examples and what it cannot see."""

    id: str
    catalogue: str
    title: str
    headline: str
    severity: Severity
    event_names: frozenset[EventName]
    techniques: tuple[str, ...]
    evaluate: Callable[[SecretEvent, Baseline], Verdict]
    blind_spots: str
    playbook: str
    examples: tuple[Example, ...]
    remedy: Remedy | None = None  # how what it sees can be taken back
    contain: bool = False  # what it sees, where it is HIGH at least, is hostile: stopping the principal is offered
    novelty: bool = False  # means something only against history: digest without it, learning while it is young


def applies(rule: Detection, event: SecretEvent) -> bool:
    """Tell whether a rule reads events of this name."""
    return any(name.covers(event) for name in rule.event_names)


def readers(rules: Sequence[Detection]) -> Callable[[SecretEvent], tuple[Detection, ...]]:
    """Give a look-up of the rules that read an event; asked once for each name, not once for each event."""
    known: dict[tuple[str, str], tuple[Detection, ...]] = {}

    def reading(event: SecretEvent) -> tuple[Detection, ...]:
        name = (event.source, event.name)
        if name not in known:
            known[name] = tuple(rule for rule in rules if applies(rule, event))
        return known[name]

    return reading


def detect(
    event: SecretEvent, baseline: Baseline, rules: Iterable[Detection]
) -> tuple[tuple[Finding, ...], tuple[tuple[Detection, Wait], ...]]:
    """Judge an event by every rule that reads it: the findings, and the rules that ask to judge it again."""
    findings: list[Finding] = []
    waits: list[tuple[Detection, Wait]] = []
    for rule in rules:
        if not applies(rule, event):
            continue
        match _judge(rule, event, baseline):
            case Match() as found:
                findings.append(_finding(rule, event, baseline, found))
                if found.again is not None and not baseline.is_past(event.at + found.again):
                    waits.append((rule, Wait(found.again)))
            case Wait() as wait:
                waits.append((rule, wait))
            case None:
                pass
    return tuple(findings), tuple(waits)


def _judge(rule: Detection, event: SecretEvent, baseline: Baseline) -> Verdict:
    try:
        return rule.evaluate(event, baseline)
    except Exception as error:  # noqa: BLE001 - a fault in one rule must not silence the others; it is told, not hidden
        return Match(
            reason=f"rule {rule.id} could not judge this event ({type(error).__name__}); please report it",
            severity=Severity.LOW,
            headline=f"Could not judge an event for {rule.id}",
            subject=f"rule:{rule.id}",  # joined with a real finding it could speak for it
            digest=True,
            fault=True,
        )


def _how(event: SecretEvent) -> str:
    """Say how an event came, where that was not the usual way."""
    if not event.reconciled:
        return ""
    return _SHOWN if event.source == NIGHTLATCH else _MISSED


def _finding(rule: Detection, event: SecretEvent, baseline: Baseline, found: Match) -> Finding:
    secrets = event.secrets if found.secrets is None else found.secrets
    by_itself = found.severity or rule.severity
    tier = baseline.inventory.tier_of(secrets)
    severity = by_itself if found.digest else weighed(by_itself, tier)  # a note is a note, whatever the secret is worth
    because = "" if severity is by_itself else f" ({tier.value} secret: {by_itself.value} otherwise)"
    is_novelty = (rule.novelty or found.novelty) and not found.fault
    alone = Evidence(event_ids=(event.event_id,), first_seen=event.at, last_seen=event.at, calls=(event.name,))
    evidence = found.evidence.with_event(event.event_id, event.at, event.name) if found.evidence else alone
    return Finding(
        rule=rule.id,
        catalogue=rule.catalogue,
        severity=severity,
        state=_state(severity, baseline.maturity, novelty=is_novelty, digest=found.digest),
        headline=found.headline or rule.headline,
        reason=f"{found.reason}{because}{_how(event)}",
        via=RECONCILE if event.reconciled else "",
        subject=found.subject or f"principal:{event.principal.key}",
        principal=event.principal,
        account_id=event.account_id,
        region=event.region,
        calls=evidence.calls,
        techniques=rule.techniques,
        event_ids=evidence.event_ids,
        first_seen=evidence.first_seen,
        last_seen=evidence.last_seen,
        secrets=secrets,
        remedy=None if found.fault else found.remedy or rule.remedy,
        tags=baseline.inventory.tags_of(secrets),
        avoid=found.avoid,
        undoes=found.undoes,
        asked_for=found.asked_for,
        contain=rule.contain and not found.fault and severity.rank >= Severity.HIGH.rank,
    )


def _state(severity: Severity, maturity: Maturity, *, novelty: bool, digest: bool) -> State:
    """Decide who hears: rulings 6 (novelty needs history) and the daily digest for the low ones."""
    if novelty and maturity is Maturity.LEARNING:
        return State.LEARNING
    if digest or severity.rank <= Severity.LOW.rank or (novelty and maturity is Maturity.NONE):
        return State.DIGEST
    return State.OPEN
