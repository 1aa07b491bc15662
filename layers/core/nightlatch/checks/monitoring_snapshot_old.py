"""Nobody has kept what the secret is beside its value since it last changed: that change cannot be taken back.

The keeper looks after each event and on the way of every inventory, so a change that stands for longer than the limit
has been missed.

Source: Secrets Manager API reference, DescribeSecret (LastChangedDate: any modification); decision 26.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import PROTECTED, a_secret, ago
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire where the last change came after the last look, and has stood for longer than the limit."""
    kept, changed = seen(secret.protected).metadata_kept_at, secret.last_changed or secret.created_at
    if changed is None or terms.now - changed <= timedelta(hours=terms.limits.snapshot_hours):
        return None
    if kept is None:
        return Violation(reason="what it is beside its value was never kept", severity=Severity.MEDIUM)
    if changed <= kept:
        return None
    return Violation(
        reason=f"it changed at {changed:%Y-%m-%d %H:%M} UTC, and was last kept at {kept:%Y-%m-%d %H:%M} UTC"
    )


CHECK = Check(
    id="monitoring.snapshot-old",
    practice=Practice.MONITORING,
    about=SecretPosture,
    title="Its last change was not kept",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Have the keeper look now, and see in its log why it did not: most often it may not describe the secret. "
        "Looking changes nothing; the pin that comes along uses one of the secret's twenty labels."
    ),
    command="nightlatch snapshots take {arn}",
    sources=("Secrets Manager API reference, DescribeSecret", "docs/decisions/0026-metadata-snapshots.md"),
    well_architected=("SEC10-BP06",),
    examples=(
        Example(
            name="never kept",
            posture=a_secret(protected=replace(PROTECTED, metadata_kept_at=None)),
            violates=True,
            severity=Severity.MEDIUM,
        ),
        Example(
            name="changed since",
            posture=a_secret(last_changed=ago(days=2), protected=replace(PROTECTED, metadata_kept_at=ago(days=3))),
            violates=True,
            severity=Severity.LOW,
        ),
        Example(name="kept after its last change", posture=a_secret(), violates=False),
        Example(
            name="changed an hour ago",
            posture=a_secret(last_changed=ago(hours=1), protected=replace(PROTECTED, metadata_kept_at=ago(days=3))),
            violates=False,
        ),
    ),
)
