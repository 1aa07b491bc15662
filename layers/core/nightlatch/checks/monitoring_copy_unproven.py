"""No restore drill has ever opened a copy of the secret: whether it can be brought back is a hope.

Copies that were never opened come first in the weekly drill, so one that still waits after a drill's time shows that
drills do not run, or that there are more copies than they come to.

Source: ruling 12; NIST SP 800-34 (backups are tested); decision 25.
"""

from __future__ import annotations

from dataclasses import replace

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import PROTECTED, a_secret, ago
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire where a copy has waited for its first drill for longer than the limit."""
    protected = seen(secret.protected)
    if not protected.wants_copies or protected.copied_at is None:
        return Spared("there is no copy of it to open")
    if protected.proven_at is not None or terms.age_days(protected.copied_at) <= terms.limits.proof_days:
        return None
    return Violation(reason=f"its copy of {protected.copied_at:%Y-%m-%d} was never opened")


_OPTED_IN = replace(PROTECTED, wants_copies=True, copied_at=ago(days=9))

CHECK = Check(
    id="monitoring.copy-unproven",
    practice=Practice.MONITORING,
    about=SecretPosture,
    title="No drill has ever opened a copy of it",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Have its copies opened now. Where many wait, ask for each: the weekly drill opens twenty-five. It changes "
        "nothing, and no value leaves the responder."
    ),
    command="nightlatch snapshots verify {arn}",
    sources=("docs/decisions/0025-the-vault.md", "NIST SP 800-34, contingency planning"),
    well_architected=("SEC10-BP07",),
    blind_spots="A secret that rotates more often than drills run always has a young copy, and is not told of here.",
    examples=(
        Example(name="never opened", posture=a_secret(protected=_OPTED_IN), violates=True),
        Example(name="opened", posture=a_secret(protected=replace(_OPTED_IN, proven_at=ago(days=40))), violates=False),
        Example(
            name="copied this week",
            posture=a_secret(protected=replace(_OPTED_IN, copied_at=ago(days=8))),
            violates=False,
        ),
        Example(name="no copy", posture=a_secret(protected=replace(_OPTED_IN, copied_at=None)), violates=False),
    ),
)
