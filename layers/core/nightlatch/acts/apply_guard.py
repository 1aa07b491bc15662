"""Puts a guard into a secret's resource policy, so that a force delete is refused; all else in it stays as it stands.

Only on the primary, for replicas carry its policy; never on a secret that another service manages, nor on one that
waits to be deleted, whose policy nobody may change. Whoever sets the whole policy afterwards takes the guard out: the
decision about that event puts it back, under the brakes that keep two controllers from fighting for ever.

Source: Secrets Manager API reference, PutResourcePolicy (replaces the whole policy) and ValidateResourcePolicy.
"""

from __future__ import annotations

from dataclasses import replace

from nightlatch.acts.on_secret import our_secret
from nightlatch.acts.resource_policy import PUT_CALLS, guard_of, metadata_of, put_policy
from nightlatch.domain.answering.acting import Act, Need, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.allowances import allow_command
from nightlatch.domain.errors import Refused
from nightlatch.domain.guarding.guard_texts import drift, merge
from nightlatch.domain.guarding.guards import Guard
from nightlatch.domain.secret.versions import SecretState


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    """Make out the guard from the operator's policy, once."""
    secret = our_secret(action, seen)
    if secret.deleted_at is not None:
        raise Refused(f"secret {secret.name} waits to be deleted; restore it first, then guard it")
    if not terms.protection.is_guarded:
        raise Refused(
            f"the policy asks for no guard of secret {secret.name}; set mode: protect and protect: "
            "{prevent: force-delete} for it"
        )
    return replace(action, guard=guard_of(secret, seen, terms))


def _plan(action: Action, seen: Seen) -> Plan:
    secret = our_secret(action, seen)
    if action.guard is None:
        raise Refused(f"secret {secret.name}: which guard is wished was never settled; ask again")
    says = f"guarded secret {secret.name}: deleting it without recovery is refused from now on"
    text = metadata_of(seen, secret).policy_text
    if not drift(text, action.guard):
        return Plan(calls=(), says=says, already=f"secret {secret.name} is guarded as the policy asks")
    call = put_policy(secret, merge(text, action.guard))
    return Plan(calls=(call,), says=says, warnings=_warnings(secret, action.guard))


def _warnings(secret: SecretState, guard: Guard) -> tuple[str, ...]:
    """Say what will fail from now on, and the way out, before anybody says yes."""
    fails = (
        "cloudformation delete-stack ends in DELETE_FAILED and terraform destroy fails where they delete it by"
        f" force; to let one through: {allow_command(secret.name, force=True)}"
    )
    kept = "whoever else sets or deletes this policy, infrastructure code or an operator, is refused"
    return (fails, kept) if guard.keeps_policy else (fails,)


ACT = Act(
    kind=ActionKind.APPLY_GUARD,
    label="Guard",
    consequence="Deleting this secret without recovery is refused, but to break-glass and the account's root.",
    needs=frozenset({Need.SECRET, Need.METADATA}),
    calls=PUT_CALLS,
    settle=_settle,
    plan=_plan,
)
