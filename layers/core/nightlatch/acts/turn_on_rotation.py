"""Turns the rotation of a resurrected secret on again, as it was configured: never by itself, always a person.

The value is not rotated now. AWS tries the function once: its test step makes a version that is labelled AWSPENDING and
takes it away again.

Source: Secrets Manager API reference, RotateSecret (RotateImmediately); ruling 11: the one use of RotateSecret.
"""

from __future__ import annotations

from nightlatch.acts.on_secret import our_secret
from nightlatch.domain.answering.acting import Act, Need, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.errors import NothingToRestore, Refused
from nightlatch.domain.recovering.putting_back import turn_on_rotation
from nightlatch.domain.recovering.resurrection import by_digest
from nightlatch.domain.secret.metadata import RotationSettings


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    secret = our_secret(action, seen)
    if terms.by_policy:
        raise Refused(f"secret {secret.name}: its rotation is turned on by a person alone (ruling 11)")
    if secret.deleted_at is not None:
        raise Refused(f"secret {secret.name} waits to be deleted; restore it first: nightlatch restore {secret.name}")
    _rotation(action, seen)
    return action


def _plan(action: Action, seen: Seen) -> Plan:
    secret, rotation = our_secret(action, seen), _rotation(action, seen)
    says = f"turned the rotation of secret {secret.name} on, {_rhythm(rotation)}; its value was not rotated"
    if secret.rotation_enabled:
        return Plan(calls=(), says=says, already=f"the rotation of secret {secret.name} is on already")
    return Plan(calls=(turn_on_rotation(secret.arn, rotation),), says=says, warnings=(_test_step(rotation),))


def _rotation(action: Action, seen: Seen) -> RotationSettings:
    kept = by_digest(seen.snapshots, action.was or "", action.snapshot)
    if kept is None or not kept.metadata.rotation.enabled:
        raise NothingToRestore(f"secret {action.name}: no snapshot shows how it rotated")
    return kept.metadata.rotation


def _rhythm(rotation: RotationSettings) -> str:
    return rotation.schedule or f"every {rotation.days} days"


def _test_step(rotation: RotationSettings) -> str:
    who = rotation.lambda_arn or rotation.external_role or "its partner"
    return f"AWS runs the test step of {who} now, which must be allowed to use the new ARN; nothing is rotated"


ACT = Act(
    kind=ActionKind.TURN_ON_ROTATION,
    label="Resume rotation",
    consequence="AWS tries the rotation function once by its test step, and rotates from its next date on.",
    needs=frozenset({Need.SECRET, Need.SNAPSHOTS}),
    calls=frozenset({"secretsmanager:RotateSecret"}),
    settle=_settle,
    plan=_plan,
)
