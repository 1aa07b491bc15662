"""Rotation is on, and has never succeeded: whoever set it up believes in a protection that is not there.

The first rotation begins at once unless somebody asked AWS to wait, so that its success is due within hours.

Source: Secrets Manager API reference, RotateSecret (RotateImmediately), DescribeSecret (LastRotatedDate,
NextRotationDate); user guide, troubleshoot_rotation; design facts 2.7. What AWS gives as the next date after a first
rotation that failed, only a real account can tell: none and one in the past are both taken for it.
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.account.missed import late_after
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import NOW, a_secret, ago
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.secret.schedules import window_hours


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire where no success is known and none is ahead; what was set up within the limit of hours is given time."""
    if not secret.rotation.enabled:
        return Spared("no rotation is on")
    if secret.last_rotated is not None:
        return None
    due = secret.next_rotation
    if due is not None and terms.now < late_after(due, window_hours(secret.rotation.duration)):
        return None
    touched = secret.last_changed
    if due is None and touched is not None and terms.now - touched < timedelta(hours=terms.limits.pending_hours):
        return None
    since = f"; one was due by {due:%Y-%m-%d}" if due is not None else ""
    return Violation(reason=f"its rotation is on and has never succeeded{since}")


CHECK = Check(
    id="rotation.never-succeeded",
    practice=Practice.ROTATION,
    about=SecretPosture,
    title="Its rotation has never succeeded",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Read why in the function's log, and try the current value by hand: a first rotation that stopped halfway may "
        "have changed the login already. Then rotate again."
    ),
    command="aws secretsmanager rotate-secret --region {region} --secret-id {arn}",
    sources=("Secrets Manager user guide, troubleshoot_rotation", "Secrets Manager API reference, DescribeSecret"),
    well_architected=("SEC02-BP05",),
    covers=("SecretsManager.2", "config:secretsmanager-scheduled-rotation-success-check"),
    blind_spots=(
        "Where AWS plans a date ahead after a failure, the failure shows here when that date has passed; until then "
        "only the label AWSPENDING does."
    ),
    examples=(
        Example(
            name="its first date passed", posture=a_secret(last_rotated=None, next_rotation=ago(days=3)), violates=True
        ),
        Example(name="no date at all", posture=a_secret(last_rotated=None, next_rotation=None), violates=True),
        Example(
            name="set up this morning",
            posture=a_secret(last_rotated=None, next_rotation=None, last_changed=ago(hours=2)),
            violates=False,
        ),
        Example(
            name="its first date is ahead",
            posture=a_secret(last_rotated=None, next_rotation=NOW + timedelta(days=1)),
            violates=False,
        ),
    ),
)
