"""The secret waits to be deleted: until then a restore brings it back, and who needs it is turned away already.

Source: Secrets Manager API reference, DescribeSecret and DeleteSecret; Secrets Manager user guide,
manage_delete-secret and monitoring_cloudwatch_deleted-secrets; design facts 2.8 and 5.1.
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.event.principals import short_name
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import NOW, a_secret, a_use, ago
from nightlatch.domain.posture.listing import counted, first_of
from nightlatch.domain.posture.pending import time_left
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import NOT_COUNTED, Gap
from nightlatch.domain.posture.use import ReaderUse, SecretUse, most_first


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire for every such secret, higher where somebody was turned away."""
    if secret.deleted_at is None:
        return None
    who, evidence, severity = _missed_by(secret.use)
    return Violation(reason=f"{time_left(secret.deleted_at, terms.now)}; {who}", evidence=evidence, severity=severity)


def _missed_by(use: SecretUse | Gap) -> tuple[str, tuple[str, ...], Severity | None]:
    """Say who asks for it, or did before: that nobody has counted is not that nobody asks."""
    if isinstance(use, Gap):
        return "who reads it is not counted", (), None
    asked = most_first(use.consumers, lambda one: one.refused_deleted, lambda one: one.reads)
    refused = [one for one in asked if one.refused_deleted > 0]
    if refused:
        names = ", ".join(first_of([short_name(one.principal) for one in refused], most=3))
        lines = [f"{one.principal}: turned away {counted(one.refused_deleted, 'time')}" for one in refused]
        who = counted(len(refused), "caller asks", "callers ask")
        return f"{who} for it in vain: {names}", first_of(lines), Severity.HIGH
    readers = [one for one in asked if one.reads > 0]
    if readers:
        lines = [f"{one.principal}: {counted(one.reads, 'read')}" for one in readers]
        return f"{counted(len(readers), 'caller')} read it before", first_of(lines), None
    return "nobody has asked for it in the counted time", (), None


CHECK = Check(
    id="monitoring.deletion-pending",
    practice=Practice.MONITORING,
    about=SecretPosture,
    title="It waits to be deleted",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Make sure that its owner wants this, and that who is turned away has another secret. Else restore it, and its "
        "readers get the value again. Whoever makes it by a stack or Terraform must then take it up there again."
    ),
    command="aws secretsmanager restore-secret --region {region} --secret-id {arn}",
    sources=(
        "Secrets Manager user guide, manage_delete-secret",
        "Secrets Manager user guide, monitoring_cloudwatch_deleted-secrets",
    ),
    well_architected=("SEC04-BP04",),
    of_deleted=True,
    examples=(
        Example(
            name="nobody counts reads",
            posture=a_secret(deleted_at=ago(days=1), use=NOT_COUNTED),
            violates=True,
            severity=Severity.MEDIUM,
        ),
        Example(
            name="a consumer is turned away",
            posture=a_secret(
                deleted_at=NOW + timedelta(days=6), use=a_use(ReaderUse(principal="role/app", refused_deleted=12))
            ),
            violates=True,
            severity=Severity.HIGH,
        ),
        Example(
            name="nobody asks",
            posture=a_secret(deleted_at=ago(days=8), use=a_use()),
            violates=True,
            severity=Severity.MEDIUM,
        ),
        Example(name="it stays", posture=a_secret(), violates=False),
    ),
)
