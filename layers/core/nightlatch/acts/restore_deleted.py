"""Takes a scheduled deletion back: the secret can be read again at once, with everything as it was.

Nothing else can be done to a secret that waits to be deleted, and a second deletion by force would destroy it, so this
comes first.

Source: Secrets Manager API reference, RestoreSecret.
"""

from __future__ import annotations

from nightlatch.acts.on_secret import our_secret, secret_of
from nightlatch.domain.acting import Act, Call, Need, Plan, Seen, Terms
from nightlatch.domain.actions import Action, ActionKind
from nightlatch.domain.errors import Refused


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    secret = our_secret(action, seen)
    if terms.by_policy and not terms.protection.undo:  # by its real name, whatever the event called it
        raise Refused(f"not done: the policy undoes no deletion of secret {secret.name} by itself")
    return action


def _plan(action: Action, seen: Seen) -> Plan:
    secret = secret_of(action, seen)
    says = f"restored secret {secret.name}; it can be read again"
    if secret.deleted_at is None:
        return Plan(calls=(), says=says, already=f"secret {secret.name} was restored already")
    call = Call(service="secretsmanager", operation="RestoreSecret", parameters={"SecretId": secret.arn})
    return Plan(calls=(call,), says=says)


ACT = Act(
    kind=ActionKind.RESTORE_DELETED,
    label="Restore",
    consequence="The scheduled deletion is cancelled; the secret can be read again.",
    needs=frozenset({Need.SECRET}),
    calls=frozenset({"secretsmanager:RestoreSecret"}),
    settle=_settle,
    plan=_plan,
)
