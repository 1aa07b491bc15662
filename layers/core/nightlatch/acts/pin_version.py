"""Keeps one version as it stands: the current one, or any that is named; as `snapshots take` asks, or the auditor.

Source: Secrets Manager user guide, whats-in-a-secret (labelled versions are kept, 20 labels a secret).
"""

from __future__ import annotations

from dataclasses import replace

from nightlatch.acts.on_secret import our_secret
from nightlatch.acts.pinning import plan_label
from nightlatch.domain.answering.acting import Act, Need, Plan, Seen, Terms
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.errors import NothingToRestore, Refused
from nightlatch.domain.recovering.pins import MOST_PINS, pin_of
from nightlatch.domain.secret.version_names import version_meant
from nightlatch.domain.secret.versions import SecretState, Version


def _settle(action: Action, seen: Seen, terms: Terms) -> Action:
    secret = our_secret(action, seen)
    if secret.deleted_at is not None:
        raise Refused(
            f"secret {secret.name} is scheduled for deletion; restore it first: nightlatch restore {secret.name}"
        )
    version = _meant(action, secret)
    if version.id in terms.suspects:
        raise Refused(
            f"secret {secret.name}: version {version.id} is not kept while an offer to go back from it waits;"
            " say yes or no to that first, by its button or by nightlatch approve with the id in the message"
        )
    # Whoever asks wants it kept, also where the policy wishes no pins of itself.
    plan = pin_of(secret, version, budget=terms.protection.pins or MOST_PINS, now=terms.now)
    if plan is None:
        return replace(action, to=version.id, label=None)
    return replace(action, to=plan.version_id, label=plan.label, drop=plan.drop)


def _meant(action: Action, secret: SecretState) -> Version:
    named = version_meant(action.to, secret) if action.to is not None else None
    version = secret.version(named or action.to or "") if action.to is not None else secret.current
    if version is None:
        raise NothingToRestore(
            f"secret {secret.name} has no version {action.to or 'that is current'};"
            f" nightlatch snapshots list {secret.name} shows what there is"
        )
    return version


def _plan(action: Action, seen: Seen) -> Plan:
    return plan_label(action, our_secret(action, seen))


ACT = Act(
    kind=ActionKind.PIN_VERSION,
    label="Keep version",
    consequence="This version is kept by a label, whatever is written after it.",
    needs=frozenset({Need.SECRET}),
    calls=frozenset({"secretsmanager:UpdateSecretVersionStage"}),
    settle=_settle,
    plan=_plan,
)
