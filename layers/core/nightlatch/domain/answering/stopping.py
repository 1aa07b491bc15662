"""What is offered about a hostile principal: the fittest measure with what else it would stop, or the words of a way.

A measure is an offer, never more (ruling 9). Where the stack was given no rights over IAM, or the principal is out of
its reach, the alert says how a person does it by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.containing.blast_radius import BlastRadius
from nightlatch.domain.containing.containment import Measure, Offer, WhyNot, measures_for
from nightlatch.domain.containing.iam_identities import identity_of, split_target
from nightlatch.domain.judging.findings import Finding

STOPS = {
    Measure.DEACTIVATE_KEY: ActionKind.DEACTIVATE_KEY,
    Measure.REVOKE_SESSIONS: ActionKind.REVOKE_SESSIONS,
    Measure.DENY_SECRETS: ActionKind.DENY_SECRETS,
}
LIFTS = {
    ActionKind.DEACTIVATE_KEY: ActionKind.REACTIVATE_KEY,
    ActionKind.REVOKE_SESSIONS: ActionKind.LIFT_REVOCATION,
    ActionKind.DENY_SECRETS: ActionKind.LIFT_DENY,
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A measure to offer, and why one would take it."""

    action: Action
    reason: str


def contain(finding: Finding, policy: Policy, radius: Callable[[], BlastRadius]) -> Finding | Proposal:
    """Give what to offer about a finding's principal; or the finding, with advice where there is any."""
    if not finding.contain or not finding.principal.is_somebody:
        return finding
    found = measures_for(
        finding.principal,
        account_id=finding.account_id,
        inventory=policy.inventory,
        own_roles=policy.own_roles,
    )
    if isinstance(found, WhyNot):
        return replace(finding, advice=f"nightlatch cannot stop this principal: {found.text}")
    offer = found[0]
    if not policy.containment:
        return replace(finding, advice=by_hand(offer))
    action = Action(kind=STOPS[offer.measure], target=offer.target)
    return Proposal(action, f"{finding.title}. It {offer.effect}; {radius().text}")


def lifted(action: Action) -> Action | None:
    """Give the act that takes a measure back; None for what is no measure."""
    kind = LIFTS.get(action.kind)
    return Action(kind=kind, target=action.target) if kind is not None else None


def by_hand(offer: Offer) -> str:
    """Say how a person takes a measure with their own rights."""
    arn, key = split_target(offer.target)
    identity = identity_of(arn)
    verb = f"nightlatch contain {arn} --measure {offer.measure} --direct"
    if key is None or identity is None:
        return f"to stop this principal with your own rights: {verb}; --dry-run shows the call for the AWS console"
    call = f"aws iam update-access-key --user-name {identity.name} --access-key-id {key} --status Inactive"
    return f"to stop this principal with your own rights: {call}; or {verb}"
