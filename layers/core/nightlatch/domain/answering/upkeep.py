"""What is kept in order without a finding: pins of superseded versions, and guards that an event took out."""

from __future__ import annotations

from collections.abc import Iterable

from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.allowances import Allowance
from nightlatch.domain.answering.guard_upkeep import put_back, reason_of
from nightlatch.domain.answering.orders import Respond
from nightlatch.domain.answering.policy import Mode, Policy
from nightlatch.domain.event.events import LABEL_UPDATED, SecretEvent
from nightlatch.domain.judging.findings import Finding
from nightlatch.domain.secret.versions import CURRENT

CONTESTED = "monitor.contested"  # whose incident shows what the brakes have stopped


def pins(event: SecretEvent, policy: Policy, told: Iterable[Finding]) -> list[Respond]:
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


def pins_under_a_new_key(event: SecretEvent, policy: Policy) -> list[Respond]:
    """Pin what is current after a change of the key: older pins stay under the key before, and die with it."""
    if not (event.succeeded and event.called("UpdateSecret") and event.request.text("kmsKeyId")):
        return []
    return [
        Respond(
            action=Action(kind=ActionKind.PIN_VERSION, secret=secret),
            cause=event.event_id,
            automatic=True,
            reason="the key was changed; the version under the new one is kept too",
        )
        for secret in event.secrets[:1]
        for protection in (policy.protection_to_act(secret),)
        if protection.mode is Mode.PROTECT and protection.pins > 0 and event.version_id is None
    ]


def guards(
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
            reason=reason_of(event, action.name),
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
