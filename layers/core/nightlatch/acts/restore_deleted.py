"""Takes a scheduled deletion back: the secret can be read again at once, with everything as it was.

Nothing else can be done to a secret that waits to be deleted, and a second deletion by force would destroy it, so this
comes first. Then, where the policy protects it, what is current is pinned: who tried to delete may overwrite next.

Source: Secrets Manager API reference, RestoreSecret.
"""

from __future__ import annotations

from dataclasses import replace

from nightlatch.acts.on_secret import our_secret
from nightlatch.acts.pinning import plan_label
from nightlatch.domain.answering.acting import Act, Call, Need, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.policy import Mode
from nightlatch.domain.errors import Refused
from nightlatch.domain.recovering.pins import pin_of


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    secret = our_secret(action, seen)
    if terms.by_policy and not terms.protection.undo:  # by its real name, whatever the event called it
        raise Refused(f"not done: the policy undoes no deletion of secret {secret.name} by itself")
    budget = terms.protection.pins if terms.protection.mode is Mode.PROTECT else 0
    pin = pin_of(secret, secret.current, budget=budget, now=terms.now) if secret.current is not None else None
    if pin is None or secret.deleted_at is None or pin.version_id in terms.suspects:
        return action
    return replace(action, to=pin.version_id, label=pin.label, drop=pin.drop)


def _plan(action: Action, seen: Seen) -> Plan:
    secret = our_secret(action, seen)
    says = f"restored secret {secret.name}; it can be read again"
    kept = tuple(replace(call, is_extra=True) for call in plan_label(action, secret).calls)
    if secret.deleted_at is None:
        return Plan(calls=kept, says=says, already=f"secret {secret.name} was restored already")
    call = Call(service="secretsmanager", operation="RestoreSecret", parameters={"SecretId": secret.arn})
    return Plan(calls=(call, *kept), says=says)


ACT = Act(
    kind=ActionKind.RESTORE_DELETED,
    label="Restore",
    consequence="The scheduled deletion is cancelled; the secret can be read again.",
    needs=frozenset({Need.SECRET}),
    calls=frozenset({"secretsmanager:RestoreSecret", "secretsmanager:UpdateSecretVersionStage"}),
    settle=_settle,
    plan=_plan,
)
