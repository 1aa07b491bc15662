"""The operator wants copies of the secret's values, and the current one is not in the vault: what is lost stays lost.

Source: ruling 17 (opting a secret in copies its current value at once); Secrets Manager API reference,
ListSecretVersionIds (CreatedDate; the value of a version never changes); decision 25.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import PROTECTED, a_secret, ago
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire where there is no copy, or none of the current version, and the keeper has had the time."""
    protected = seen(secret.protected)
    if not protected.wants_copies:
        return Spared("the policy asks for no copies of it")
    version = secret.current()
    if version is None:
        return Spared("it has no current value")
    made = version.created_at
    is_young = made is not None and terms.now - made <= timedelta(hours=terms.limits.snapshot_hours)
    if version.id in protected.copied or is_young:
        return None
    if protected.copied_at is None:
        return Violation(reason="the policy asks for copies, and there is none")
    of = "" if made is None else f" of {made:%Y-%m-%d %H:%M} UTC"
    taken = f"taken at {protected.copied_at:%Y-%m-%d %H:%M}"
    return Violation(
        reason=f"its value{of} has no copy: the last one, {taken}, is of another version",
        severity=Severity.MEDIUM,
    )


_OPTED_IN = replace(PROTECTED, wants_copies=True, copied_at=ago(days=9), copied=("v-2",))

CHECK = Check(
    id="monitoring.copy-missing",
    practice=Practice.MONITORING,
    about=SecretPosture,
    title="Its value is not in the vault",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Have the keeper copy it now, and see in its log why it did not: it may lack the right to read the value or to "
        "use its key. A copy is one read more of the secret, under the keeper's name."
    ),
    command="nightlatch snapshots take {arn}",
    sources=("Secrets Manager API reference, ListSecretVersionIds", "docs/decisions/0025-the-vault.md"),
    well_architected=("SEC10-BP06",),
    examples=(
        Example(
            name="none",
            posture=a_secret(protected=replace(_OPTED_IN, copied_at=None, copied=())),
            violates=True,
            severity=Severity.HIGH,
        ),
        Example(
            name="of an earlier version alone, taken late",
            posture=a_secret(protected=replace(_OPTED_IN, copied=("v-1",))),
            violates=True,
            severity=Severity.MEDIUM,
        ),
        Example(name="of the current value", posture=a_secret(protected=_OPTED_IN), violates=False),
        Example(name="not wanted", posture=a_secret(), violates=False),
    ),
)
