"""How what was found is taken back, whether a person must say so, and the offer to stop who did it."""

from __future__ import annotations

from collections.abc import Mapping

from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.allowances import Allowance
from nightlatch.domain.answering.orders import Respond
from nightlatch.domain.answering.policy import Mode, Policy
from nightlatch.domain.answering.stopping import Proposal
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.sightings import replica_regions
from nightlatch.domain.judging.findings import Finding, Remedy
from nightlatch.domain.secret.key_states import key_touched
from nightlatch.domain.secret.metadata_parts import Part

_PUT_BACK: Mapping[Remedy | None, tuple[Part, ...]] = {
    Remedy.PUT_POLICY_BACK: (Part.POLICY,),
    Remedy.PUT_TAGS_BACK: (Part.TAGS, Part.DESCRIPTION),
    Remedy.PUT_KEY_BACK: (Part.KEY,),
    Remedy.PUT_ROTATION_BACK: (Part.ROTATION,),
}


def remedies(event: SecretEvent, finding: Finding, policy: Policy, allowed: Allowance | None) -> list[Respond]:
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
            happened_at=event.at,
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


def stopping(stop: Proposal, finding: Finding) -> Respond:
    """Offer to stop the principal; the incident is the cause, so that its next hundred events offer nothing new."""
    return Respond(
        action=stop.action,
        cause=finding.principal.key,
        automatic=False,
        reason=stop.reason,
        finding=finding,
        per_incident=True,
    )
