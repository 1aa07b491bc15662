"""The operator wants a guard on the secret, and its resource policy holds none: a force delete would destroy it.

Source: Secrets Manager user guide, resource policies; service authorization reference,
secretsmanager:ForceDeleteWithoutRecovery; house 5 (nothing but a guard stops a force delete).
"""

from __future__ import annotations

from dataclasses import replace

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import PROTECTED, a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire where a guard is wanted and is not there."""
    protected = seen(secret.protected)
    if not protected.wants_guard:
        return Spared("the policy asks for no guard on it")
    return None if protected.is_guarded else Violation(reason="the policy asks for a guard, and it has none")


CHECK = Check(
    id="monitoring.unguarded",
    practice=Practice.MONITORING,
    about=SecretPosture,
    title="Its guard is missing",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Put the guard into its resource policy; all else in there stays. Stacks and Terraform that would force its "
        "deletion fail from then on, which is the wish. Where another controller takes the guard out again, tell it to "
        "leave policies alone."
    ),
    command="nightlatch guard apply {arn}",
    sources=("Service authorization reference, Secrets Manager condition keys", "Secrets Manager user guide"),
    well_architected=("SEC03-BP05", "SEC08-BP04"),
    examples=(
        Example(
            name="wanted and missing", posture=a_secret(protected=replace(PROTECTED, is_guarded=False)), violates=True
        ),
        Example(name="wanted and there", posture=a_secret(), violates=False),
        Example(
            name="not wanted",
            posture=a_secret(protected=replace(PROTECTED, is_guarded=False, wants_guard=False)),
            violates=False,
        ),
    ),
)
