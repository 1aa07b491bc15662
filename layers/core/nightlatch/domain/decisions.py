"""What to do about findings: record them, tell people, offer an act, or act; a closed set and a pure function.

Alert open, act closed: doubt about a secret's name or mode makes the telling wider and the acting
narrower. Replayed and old events are told and never acted on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nightlatch.domain.actions import Action, ActionKind
from nightlatch.domain.allowances import Allowance, allowing, is_about
from nightlatch.domain.blast_radius import BlastRadius, unknown_radius
from nightlatch.domain.containing import Proposal, contain
from nightlatch.domain.events import LABEL_UPDATED, SecretEvent
from nightlatch.domain.findings import Finding, Remedy, Severity, State
from nightlatch.domain.guard_upkeep import put_back
from nightlatch.domain.key_states import key_touched
from nightlatch.domain.metadata_parts import Part
from nightlatch.domain.policy import Mode, Policy
from nightlatch.domain.principals import Principal, PrincipalKind, short_name
from nightlatch.domain.secrets import SecretRef
from nightlatch.domain.sightings import replica_regions
from nightlatch.domain.versions import CURRENT

STAGED = "staged until promoted"
CONTESTED = "monitor.contested"  # whose incident shows what the brakes have stopped


@dataclass(frozen=True, slots=True)
class Record:
    """Keep a finding for history and digest; nobody is told now."""

    finding: Finding
    why: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Tell people of a finding now."""

    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Respond:
    """Do something, or offer to: `automatic` acts begin approved, the others wait for a person."""

    action: Action
    cause: str  # event id, or the version id that a pin is about
    automatic: bool
    reason: str
    finding: Finding | None = None
    per_incident: bool = False  # offered once for all that the principal does in an incident
    by: Principal | None = None  # who did what it takes back, where no finding says so

    @property
    def caused_by(self) -> Principal | None:
        """Who did what the act takes back; None for a pin, which takes nothing back."""
        if self.finding is None:
            return self.by
        if self.per_incident:
            return self.finding.principal
        by = self.finding.undoes.by if self.finding.undoes else None
        if by is None:
            return self.finding.principal
        return Principal(key=by, kind=PrincipalKind.UNKNOWN, name=short_name(by))


Decision = Record | Alert | Respond

_PUT_BACK: Mapping[Remedy | None, tuple[Part, ...]] = {
    Remedy.PUT_POLICY_BACK: (Part.POLICY,),
    Remedy.PUT_TAGS_BACK: (Part.TAGS, Part.DESCRIPTION),
    Remedy.PUT_KEY_BACK: (Part.KEY,),
    Remedy.PUT_ROTATION_BACK: (Part.ROTATION,),
}


def decide(  # noqa: PLR0913 - what happened, what it means, by which choices, and what is known around it
    event: SecretEvent,
    findings: Iterable[Finding],
    policy: Policy,
    now: datetime,
    *,
    allowances: Sequence[Allowance] = (),
    radius: Callable[[], BlastRadius] = unknown_radius,
) -> tuple[Decision, ...]:
    """Decide what follows from one event and what it was found to mean.

    Args:
        event: What happened.
        findings: What it means.
        policy: What the operator chose.
        now: When it is decided: what is old is told and not acted on.
        allowances: Those on its secrets, needed where `asks_what_is_allowed`.
        radius: Gives what else the principal does, for the offer to stop it.
    """
    allowed = allowing(event, allowances)
    may_act = not event.replayed and event.at >= now - policy.limits.act_within
    decisions: list[Decision] = []
    for finding in findings:
        unheard = _unheard(finding, policy) or _allowed(finding, allowed)
        if unheard is not None:
            decisions.append(unheard)
            continue
        stop = contain(finding, policy, radius)
        decisions.append(Alert(finding if isinstance(stop, Proposal) else stop))
        if may_act:
            decisions.extend(_remedies(event, finding, policy, allowed))
            decisions.extend([_stopping(stop, finding)] if isinstance(stop, Proposal) else [])
    if may_act:
        told = [decision.finding for decision in decisions if isinstance(decision, Alert)]
        decisions.extend(_pins(event, policy, told))
        decisions.extend(_guards(event, policy, told, allowances))
    return tuple(decisions)


def asks_what_is_allowed(event: SecretEvent, findings: Iterable[Finding], policy: Policy) -> bool:
    """Tell whether an allowance may change what follows: of a deletion that was found, or of a guard taken out."""
    return (event.called("DeleteSecret") and any(findings)) or put_back(event, policy) is not None


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
    if policy.mode_to_tell(finding.secrets) is Mode.OBSERVE:
        return Record(finding, "mode is observe")
    return None


def _allowed(finding: Finding, allowed: Allowance | None) -> Record | None:
    """Give the record of a deletion that somebody allowed beforehand."""
    if allowed is None or not is_about(finding, allowed):
        return None
    why = f"allowed by {allowed.by} until {allowed.until:%Y-%m-%d %H:%M} UTC: {allowed.reason}"
    return Record(replace(finding, severity=Severity.LOW), f"{why}; else {finding.severity}")


def _remedies(event: SecretEvent, finding: Finding, policy: Policy, allowed: Allowance | None) -> list[Respond]:
    """Offer or order the way back; what another call did is only offered: that call has a finding of its own."""
    if finding.remedy is None or not (event.succeeded or finding.undoes):
        return []
    return [
        Respond(
            action=action,
            cause=finding.undoes.cause if finding.undoes else event.event_id,
            automatic=finding.undoes is None and allowed is None and _is_automatic(event, finding, action, policy),
            reason=finding.title,
            finding=finding,
        )
        for action in _ways_back(finding, event, policy)
    ]


def _ways_back(finding: Finding, event: SecretEvent, policy: Policy) -> list[Action]:
    if finding.remedy is Remedy.RESCUE_KEY:
        key = key_touched(event)
        return [Action(kind=ActionKind.RESCUE_KEY, target=key, held=finding.secrets)] if key is not None else []
    if finding.remedy is Remedy.REPLICATE:  # the event names the replicas beside their primary
        regions = replica_regions(event)
        return [Action(kind=ActionKind.REPLICATE_AGAIN, secret=one, regions=regions) for one in finding.secrets]
    if finding.remedy in _PUT_BACK and event.called("CreateSecret"):
        return []  # it was never otherwise
    some = [one for one in event.secrets if finding.remedy is not Remedy.RESURRECT or policy.may_be_vaulted(one)]
    return [_remedy(finding, secret, event) for secret in some]


def _remedy(finding: Finding, secret: SecretRef, event: SecretEvent) -> Action:
    if finding.remedy is Remedy.RESTORE:
        return Action(kind=ActionKind.RESTORE_DELETED, secret=secret)
    if finding.remedy in _PUT_BACK:
        return Action(kind=ActionKind.PUT_BACK, secret=secret, parts=_PUT_BACK[finding.remedy], at=finding.first_seen)
    if finding.remedy is Remedy.RESURRECT:
        return Action(kind=ActionKind.RESURRECT, secret=secret, at=event.at)
    return Action(kind=ActionKind.ROLL_BACK, secret=secret, away_from=event.version_id, avoid=finding.avoid)


def _is_automatic(event: SecretEvent, finding: Finding, action: Action, policy: Policy) -> bool:
    """Only the undoing of a deletion needs no person, of a secret or of its key, and only in protect (ruling 9).

    A key is put back for all that need it or for none: where one of them is not protected so, a person decides. So does
    one where whoever took it away is kept for emergencies: a key is disabled on purpose, to stop a thief. And a
    secret that is gone without a known call may have been deleted on purpose, long ago.
    """
    if finding.remedy is Remedy.RESURRECT and action.secret is not None:
        return event.called("DeleteSecret") and policy.protection_to_act(action.secret).resurrects
    if finding.remedy not in {Remedy.RESTORE, Remedy.RESCUE_KEY}:
        return False
    if any(declared.silences(finding) for declared in policy.ask_first):  # a declared actor is not fought
        return False
    if finding.remedy is Remedy.RESCUE_KEY and policy.inventory.is_break_glass(finding.principal):
        return False
    needing = (action.secret,) if action.secret is not None else action.held
    protections = [policy.protection_to_act(secret) for secret in needing]
    return bool(protections) and all(one.mode is Mode.PROTECT and one.undo for one in protections)


def _stopping(stop: Proposal, finding: Finding) -> Respond:
    """Offer to stop the principal; the incident is the cause, so that its next hundred events offer nothing new."""
    return Respond(
        action=stop.action,
        cause=finding.principal.key,
        automatic=False,
        reason=stop.reason,
        finding=finding,
        per_incident=True,
    )


def _pins(event: SecretEvent, policy: Policy, told: Iterable[Finding]) -> list[Respond]:
    """Keep the version that a change of AWSCURRENT has just superseded, unless the hand that is told of made it."""
    if not moves_current(event) or event.version_id is None:
        return []
    avoid = tuple(sorted({version for finding in told for version in finding.avoid}))
    return [
        Respond(
            action=Action(kind=ActionKind.PIN_SUPERSEDED, secret=secret, to=event.version_id, avoid=avoid),
            cause=event.version_id,
            automatic=True,
            reason="AWSCURRENT moved; the version before it is kept",
        )
        for secret in event.secrets[:1]
        for protection in (policy.protection_to_act(secret),)
        if protection.mode is Mode.PROTECT and protection.pins > 0
    ]


def _guards(
    event: SecretEvent, policy: Policy, told: Iterable[Finding], allowances: Iterable[Allowance]
) -> list[Respond]:
    """Put a guard back that an event took out, but where it is lifted for a planned deletion."""
    action = put_back(event, policy)
    if action is None or any(one.lifts_guard(action.secret, event.at) for one in allowances):
        return []
    return [
        Respond(
            action=action,
            cause=event.event_id,
            automatic=True,
            reason=f"{event.principal.title} left the guard out of the resource policy of {action.name}",
            finding=next((finding for finding in told if finding.rule == CONTESTED), None),
            by=event.principal,
        )
    ]


def moves_current(event: SecretEvent) -> bool:
    """Tell whether an event shows AWSCURRENT on another version than before."""
    if not event.succeeded:
        return False
    if event.name == LABEL_UPDATED:
        return event.request.text("labelUpdated") == CURRENT
    if event.called("UpdateSecretVersionStage"):
        return event.request.text("versionStage") == CURRENT
    if event.called("PutSecretValue"):
        stages = event.request.texts("versionStages")
        return not stages or CURRENT in stages
    return event.called("UpdateSecret") and event.version_id is not None
