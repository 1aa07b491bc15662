"""Keeps the version that a change has just superseded: a label of ours on it, and Secrets Manager never collects it.

No value is read. A label that is not ours is never touched; where ours are too many, the oldest make room.

Source: Secrets Manager user guide, whats-in-a-secret (labelled versions are kept, 20 labels a secret).
"""

from __future__ import annotations

from dataclasses import replace

from nightlatch.acts.on_secret import move_label, our_secret
from nightlatch.domain.acting import Act, Call, Need, Plan, Seen, Terms
from nightlatch.domain.actions import Action, ActionKind
from nightlatch.domain.pins import plan_pin
from nightlatch.domain.versions import SecretState


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    """Choose version and label, once: tried again, it is the same pin and not a second one."""
    secret = our_secret(action, seen)
    plan = plan_pin(
        secret,
        budget=terms.protection.pins,
        now=terms.now,
        by=action.to,
        never=terms.suspects | frozenset(action.avoid),
    )
    if plan is None:
        return replace(action, to=None)
    return replace(action, to=plan.version_id, label=plan.label, drop=plan.drop)


def _plan(action: Action, seen: Seen) -> Plan:
    if action.label is None or action.to is None:
        return Plan(calls=(), says="nothing to pin: the version before the current one is kept already, or is none")
    secret = our_secret(action, seen)
    says = f"pinned version {action.to} as {action.label}"
    holder = secret.holder(action.label)
    if holder is not None and holder.id == action.to:
        return Plan(calls=(), says=says)
    pinned = move_label(secret, action.label, to=action.to, away_from=None)
    return Plan(calls=(*_drops(action, secret), pinned), says=says)


def _drops(action: Action, secret: SecretState) -> tuple[Call, ...]:
    """Remove the pins that make room, those that are still there."""
    held = ((version_id, label, secret.holder(label)) for version_id, label in action.drop)
    return tuple(
        move_label(secret, label, to=None, away_from=version_id)
        for version_id, label, holder in held
        if holder is not None and holder.id == version_id
    )


ACT = Act(
    kind=ActionKind.PIN_SUPERSEDED,
    label="Keep version",
    consequence="The version before the current one is kept by a label.",
    needs=frozenset({Need.SECRET}),
    calls=frozenset({"secretsmanager:UpdateSecretVersionStage"}),
    settle=_settle,
    plan=_plan,
)
