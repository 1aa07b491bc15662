"""What to do about findings: record them, tell people, offer an act, or act; a closed set and a pure function.

Alert open, act closed: doubt about a secret's name or mode makes the telling wider and the acting
narrower. Replayed and old events are told and never acted on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nightlatch.domain.answering.allowances import Allowance, allowing, is_about
from nightlatch.domain.answering.declarations import Declaration, covering, may_be_declared
from nightlatch.domain.answering.ended_windows import said_of, scheduled_at, why_allowed
from nightlatch.domain.answering.guard_upkeep import put_back
from nightlatch.domain.answering.orders import Respond
from nightlatch.domain.answering.policy import Mode, Policy
from nightlatch.domain.answering.stopping import Proposal, contain
from nightlatch.domain.answering.upkeep import guards, pins, pins_under_a_new_key
from nightlatch.domain.answering.ways_back import remedies, stopping
from nightlatch.domain.containing.blast_radius import BlastRadius, unknown_radius
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.judging.findings import Finding, Severity, State

STAGED = "staged until promoted"
_DELETION = "deletion."


@dataclass(frozen=True, slots=True)
class Record:
    """Keep a finding for history and digest; nobody is told now."""

    finding: Finding
    why: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Tell people of a finding now."""

    finding: Finding


Decision = Record | Alert | Respond


def decide(  # noqa: PLR0913 - what happened, what it means, by which choices, and what is known around it
    event: SecretEvent,
    findings: Iterable[Finding],
    policy: Policy,
    now: datetime,
    *,
    allowances: Sequence[Allowance] = (),
    declared: Sequence[Declaration] = (),
    tended: str = "",
    radius: Callable[[], BlastRadius] = unknown_radius,
) -> tuple[Decision, ...]:
    """Decide what follows from one event and what it was found to mean.

    Args:
        event: What happened.
        findings: What it means.
        policy: What the operator chose.
        now: When it is decided: what is old is told and not acted on.
        allowances: Those on its secrets, needed where `asks_what_is_allowed`.
        declared: What people said was theirs, of whoever acted.
        tended: Who said beforehand that they would plant or remove the decoy which the event is about.
        radius: Gives what else the principal does, for the offer to stop it.
    """
    allowed = allowing(event, allowances)
    may_act = not event.replayed and event.at >= now - policy.limits.act_within
    decisions: list[Decision] = []
    for finding in findings:
        unheard = _unheard(finding, policy) or _allowed(finding, allowed) or _ended(finding, policy, allowances)
        unheard = unheard or _declared(finding, declared) or _tended(finding, tended)
        if unheard is not None:
            decisions.append(unheard)
            continue
        said = said_of(finding)
        stop = contain(said, policy, radius)
        decisions.append(Alert(said if isinstance(stop, Proposal) else stop))
        if may_act:
            decisions.extend(remedies(event, said, policy, allowed))
            decisions.extend([stopping(stop, said)] if isinstance(stop, Proposal) else [])
    if may_act:
        told = [decision.finding for decision in decisions if isinstance(decision, Alert)]
        decisions.extend(pins(event, policy, told))
        decisions.extend(pins_under_a_new_key(event, policy))
        decisions.extend(guards(event, policy, told, allowances))
    return tuple(decisions)


def asks_what_is_allowed(event: SecretEvent, findings: Iterable[Finding], policy: Policy) -> bool:
    """Tell whether an allowance may change what follows: of a deletion, of its end, or of a guard taken out."""
    found = list(findings)
    is_deletion = (event.called("DeleteSecret") and bool(found)) or any(map(scheduled_at, found))
    return is_deletion or put_back(event, policy) is not None


def asks_what_is_declared(finding: Finding, policy: Policy) -> bool:
    """Tell whether a declaration may change what follows from a finding."""
    return may_be_declared(finding) and _unheard(finding, policy) is None


def _unheard(finding: Finding, policy: Policy) -> Record | None:
    """Give the record that is kept, with why, where nobody is told; what the operator exempted is LOW from then on."""
    if finding.state is not State.OPEN:
        return Record(finding, f"goes to the {finding.state}")
    exemption = next((e for e in policy.exemptions if e.silences(finding)), None)
    if exemption is not None:
        why = f"exempted by {exemption.owner} until {exemption.expires:%Y-%m-%d}: {exemption.reason}"
        return Record(replace(finding, severity=Severity.LOW), f"{why}; else {finding.severity}")
    if finding.rule in policy.staged:  # after exemptions: what is left here is what the rule would tell once promoted
        return Record(finding, STAGED)
    if policy.mode_to_tell(finding.secrets) is Mode.OBSERVE and not finding.asked_for:
        return Record(finding, "mode is observe")
    return None


def _allowed(finding: Finding, allowed: Allowance | None) -> Record | None:
    """Give the record of a deletion that somebody allowed beforehand."""
    if allowed is None or not is_about(finding, allowed):
        return None
    why = f"allowed by {allowed.by} until {allowed.until:%Y-%m-%d %H:%M} UTC: {allowed.reason}"
    return Record(replace(finding, severity=Severity.LOW), f"{why}; else {finding.severity}")


def _declared(finding: Finding, declared: Sequence[Declaration]) -> Record | None:
    """Give the record of what somebody said was theirs."""
    one = covering(finding, declared)
    if one is None:
        return None
    why = f"declared by {one.by} until {one.until:%Y-%m-%d %H:%M} UTC: {one.reason}"
    return Record(replace(finding, severity=Severity.LOW), f"{why}; else {finding.severity}")


def _tended(finding: Finding, by: str) -> Record | None:
    """Give the record of a decoy's deletion, and of the many that it is one of, where somebody said it beforehand."""
    if not by or not finding.rule.startswith(_DELETION):
        return None
    return Record(replace(finding, severity=Severity.LOW), f"a decoy that {by} takes away; else {finding.severity}")


def _ended(finding: Finding, policy: Policy, allowances: Sequence[Allowance]) -> Record | None:
    """Give the record of a scheduled deletion that was carried out, and had been allowed when it was scheduled."""
    why = why_allowed(finding, policy, allowances)
    return Record(replace(finding, severity=Severity.LOW), f"{why}; else {finding.severity}") if why else None
