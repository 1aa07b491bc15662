"""When a guard that was taken out is put back by itself: the moment somebody sets or deletes the policy it stood in.

Only a call that is seen to leave out or alter some of the guard is answered, never a secret that was just made: code
that creates a secret often sets its policy in the next second, and would be refused by a guard that came in between.
"""

from __future__ import annotations

import json

from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.policy import Policy, Protection
from nightlatch.domain.errors import Refused
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.guarding.guard_texts import drift
from nightlatch.domain.guarding.guards import Guard, spared_by

_PUT, _DELETE = "PutResourcePolicy", "DeleteResourcePolicy"
_REPLICATE = "ReplicateSecretToRegions"  # from then on the guard has a statement more


def guard_wanted(policy: Policy, protection: Protection, account_id: str, *, replicated: bool) -> Guard:
    """Give the guard that an operator's policy means for a secret of an account.

    Raises:
        Refused: Nobody would be left to take it away, or it would keep nobody out.
    """
    spared = spared_by(policy.inventory.break_glass, {policy.acting_role} - {""})
    return Guard(
        partition=policy.acting_role.split(":")[1],
        account_id=account_id,
        spared=spared,
        min_window_days=protection.min_window_days,
        keeps_policy=protection.keep_policy,
        replicated=replicated,
    )


def put_back(event: SecretEvent, policy: Policy) -> Action | None:
    """Give the act that puts a guard back, where an event took out or altered any of one that shall be there."""
    secret = event.secret
    if secret is None or not event.succeeded or not event.called(_PUT, _DELETE, _REPLICATE):
        return None
    protection = policy.protection_to_act(secret)
    if not protection.is_guarded or _stands(event, secret, policy, protection):
        return None
    return Action(kind=ActionKind.APPLY_GUARD, secret=secret)


def reason_of(event: SecretEvent, name: str) -> str:
    """Say what an event did that makes a guard due."""
    if event.called(_REPLICATE):
        return f"{event.principal.title} replicated {name}; its guard shall keep the replicas"
    return f"{event.principal.title} left out or altered the guard in the resource policy of {name}"


def _stands(event: SecretEvent, secret: SecretRef, policy: Policy, protection: Protection) -> bool:
    """Tell whether the policy that a call put holds all of the guard; what no record tells is looked at by the act.

    No record of the call tells whether the secret has replicas. One that keeps the guard but for their statement is
    answered, too: the act looks, and where there are none it finds nothing to do, which no brake counts.
    """
    document = event.request.document("resourcePolicy")
    if not event.called(_PUT) or document is None:
        return False
    try:
        return not drift(json.dumps(document), guard_wanted(policy, protection, secret.account_id, replicated=True))
    except Refused:
        return False
