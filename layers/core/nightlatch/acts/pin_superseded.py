"""Keeps the version that a change has just superseded: a label of ours on it, and Secrets Manager never collects it.

No value is read. A label that is not ours is never touched; where ours are too many, the oldest make room.

Source: Secrets Manager user guide, whats-in-a-secret (labelled versions are kept, 20 labels a secret).
"""

from __future__ import annotations

from dataclasses import replace

from nightlatch.acts.on_secret import our_secret
from nightlatch.acts.pinning import plan_label
from nightlatch.domain.answering.acting import Act, Need, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.recovering.pins import plan_pin


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
    return plan_label(action, our_secret(action, seen))


ACT = Act(
    kind=ActionKind.PIN_SUPERSEDED,
    label="Keep version",
    consequence="The version before the current one is kept by a label.",
    needs=frozenset({Need.SECRET}),
    calls=frozenset({"secretsmanager:UpdateSecretVersionStage"}),
    settle=_settle,
    plan=_plan,
)
