"""Makes an earlier version current again by moving one label, if the version that was seen as current still is.

No value is read and none is written. Whether the older value still opens the door behind it, only its owner knows: the
warnings say what speaks against it.

Source: Secrets Manager user guide, roll-back-secret; API reference, UpdateSecretVersionStage (a move names the version
that bears the label now, which makes it a compare-and-set).
"""

from __future__ import annotations

from dataclasses import replace

from nightlatch.acts.on_secret import move_label, our_secret
from nightlatch.domain.acting import Act, Need, Plan, Seen, Terms
from nightlatch.domain.actions import Action, ActionKind
from nightlatch.domain.errors import WorldMoved
from nightlatch.domain.rollbacks import plan_rollback, warnings_of
from nightlatch.domain.versions import CURRENT, SecretState

_TWO = 2


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    """Choose the version to go back to, once, and hold on to the one that is left."""
    del terms
    secret = our_secret(action, seen)
    done = _back_already(secret, action)
    if done is not None:
        return replace(action, to=done)
    plan = plan_rollback(secret, away_from=action.away_from, to=action.to, avoid=action.avoid)
    return replace(action, away_from=plan.away_from, to=plan.to)


def _back_already(secret: SecretState, action: Action) -> str | None:
    """Give the version that is current where somebody went back before us: older than what was to be left."""
    current, left = secret.current, secret.version(action.away_from or "")
    if action.to is not None or current is None or left is None or current.id in {left.id, *action.avoid}:
        return None
    is_older = current.created_at and left.created_at and current.created_at < left.created_at
    return current.id if is_older else None


def _plan(action: Action, seen: Seen) -> Plan:
    secret = our_secret(action, seen)
    current = secret.current
    if action.to is None or current is None or current.id not in {action.to, action.away_from}:
        now_current = current.id if current else "none"
        raise WorldMoved(
            f"secret {secret.name}: version {now_current} is current, neither {action.away_from} nor {action.to};"
            " somebody writes it now, plan the rollback again"
        )
    says = f"rolled secret {secret.name} back from version {action.away_from} to {action.to}"
    warnings = _warnings(secret, action.to)
    if current.id == action.to:
        already = f"secret {secret.name} was rolled back already; version {action.to} is current"
        return Plan(calls=(), says=says, already=already, warnings=warnings)
    call = move_label(secret, CURRENT, to=action.to, away_from=action.away_from)
    return Plan(calls=(call,), says=says, warnings=warnings)


def _warnings(secret: SecretState, to: str) -> tuple[str, ...]:
    target = secret.version(to)
    return warnings_of(secret, target) if target is not None else ()


def _people(action: Action, seen: Seen) -> int:
    """Ask two where a rotation manages the value: the database may no longer know the older password."""
    return _TWO if our_secret(action, seen).rotation_enabled else 1


ACT = Act(
    kind=ActionKind.ROLL_BACK,
    label="Roll back",
    consequence="Readers will get the version from before this change.",
    needs=frozenset({Need.SECRET}),
    calls=frozenset({"secretsmanager:UpdateSecretVersionStage"}),
    settle=_settle,
    plan=_plan,
    people=_people,
)
