"""What acts on pins share: one label attached and the oldest of ours that make room, or some of ours taken away."""

from __future__ import annotations

from collections.abc import Iterable

from nightlatch.acts.on_secret import move_label
from nightlatch.domain.answering.acting import Call, Plan
from nightlatch.domain.answering.actions import Action
from nightlatch.domain.secret.versions import SecretState

NOTHING = "nothing to pin: the version is kept already, or there is none"


def plan_label(action: Action, secret: SecretState) -> Plan:
    """Plan to attach the label that was settled, after the pins that make room for it are gone."""
    if action.label is None or action.to is None:
        return Plan(calls=(), says=NOTHING)
    says = f"pinned version {action.to} as {action.label}"
    warnings = tuple(left_behind(secret))
    holder = secret.holder(action.label)
    if holder is not None and holder.id == action.to:
        return Plan(calls=(), says=says, warnings=warnings)
    pinned = move_label(secret, action.label, to=action.to, away_from=None)
    return Plan(calls=(*drops(action, secret), pinned), says=says, warnings=warnings)


def drops(action: Action, secret: SecretState) -> tuple[Call, ...]:
    """Remove the pins that were settled to go, those that are still there; never a label that is not ours."""
    held = ((version_id, label, secret.holder(label)) for version_id, label in action.drop)
    return tuple(
        move_label(secret, label, to=None, away_from=version_id)
        for version_id, label, holder in held
        if holder is not None and holder.id == version_id
    )


def left_behind(secret: SecretState) -> Iterable[str]:
    """Warn of pins that a change of the key has left under the old one: Secrets Manager encrypts only its own again."""
    others = {v.key_id for v in secret.versions if v.pins and v.key_id and secret.key_id and v.key_id != secret.key_id}
    for key in sorted(others):
        count = sum(1 for version in secret.versions if version.pins and version.key_id == key)
        yield f"{count} pinned version{'s stay' if count > 1 else ' stays'} under key {key}: without it they are lost"
