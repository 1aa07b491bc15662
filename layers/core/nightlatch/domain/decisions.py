"""What to do about findings: record them, tell people, offer an act, or act; a closed set and a pure function.

Alert open, act closed: doubt about a secret's name or mode makes the telling wider and the acting
narrower. Replayed and old events are told and never acted on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from nightlatch.domain.actions import Action, ActionKind
from nightlatch.domain.events import LABEL_UPDATED, SecretEvent
from nightlatch.domain.findings import Finding, Remedy, Severity, State
from nightlatch.domain.policy import Mode, Policy
from nightlatch.domain.principals import Principal, PrincipalKind, short_name
from nightlatch.domain.secrets import SecretRef
from nightlatch.domain.versions import CURRENT

STAGED = "staged until promoted"


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

    @property
    def caused_by(self) -> Principal | None:
        """Who did what the act takes back; None for a pin, which takes nothing back."""
        if self.finding is None:
            return None
        by = self.finding.undoes.by if self.finding.undoes else None
        if by is None:
            return self.finding.principal
        return Principal(key=by, kind=PrincipalKind.UNKNOWN, name=short_name(by))


Decision = Record | Alert | Respond


def decide(event: SecretEvent, findings: Iterable[Finding], policy: Policy, now: datetime) -> tuple[Decision, ...]:
    """Decide what follows from one event and what it was found to mean."""
    may_act = not event.replayed and event.at >= now - policy.limits.act_within
    decisions: list[Decision] = []
    for finding in findings:
        unheard = _unheard(finding, policy)
        if unheard is not None:
            decisions.append(unheard)
            continue
        decisions.append(Alert(finding))
        if may_act:
            decisions.extend(_remedies(event, finding, policy))
    if may_act:
        told = [decision.finding for decision in decisions if isinstance(decision, Alert)]
        decisions.extend(_pins(event, policy, told))
    return tuple(decisions)


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


def _remedies(event: SecretEvent, finding: Finding, policy: Policy) -> list[Respond]:
    """Offer or order the way back; what another call did is only offered: that call has a finding of its own."""
    if finding.remedy is None or not (event.succeeded or finding.undoes):
        return []
    return [
        Respond(
            action=_remedy(finding, secret, event),
            cause=finding.undoes.cause if finding.undoes else event.event_id,
            automatic=finding.undoes is None and _is_automatic(event, finding.remedy, secret, policy),
            reason=finding.title,
            finding=finding,
        )
        for secret in event.secrets
        if finding.remedy is not Remedy.RESURRECT or policy.may_be_vaulted(secret)
    ]


def _remedy(finding: Finding, secret: SecretRef, event: SecretEvent) -> Action:
    if finding.remedy is Remedy.RESTORE:
        return Action(kind=ActionKind.RESTORE_DELETED, secret=secret)
    if finding.remedy is Remedy.RESURRECT:
        return Action(kind=ActionKind.RESURRECT, secret=secret, at=event.at)
    return Action(kind=ActionKind.ROLL_BACK, secret=secret, away_from=event.version_id, avoid=finding.avoid)


def _is_automatic(event: SecretEvent, remedy: Remedy, secret: SecretRef, policy: Policy) -> bool:
    """Only the undoing of a deletion needs no person, and only in protect (ruling 9).

    A secret that is gone without a known call may have been deleted on purpose, long ago: there a person decides.
    """
    protection = policy.protection_to_act(secret)
    if remedy is Remedy.RESURRECT:
        return protection.resurrects and event.called("DeleteSecret")
    return remedy is Remedy.RESTORE and protection.mode is Mode.PROTECT and protection.undo


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
