"""A rotation that AWS had planned did not succeed: its date, the window and an hour of grace have passed.

Secrets Manager moves the date on when a rotation succeeds, so that a date in the past is one without success.

Source: Secrets Manager API reference, DescribeSecret (NextRotationDate: "may be in the past" where rotation fails),
RotationRulesType (Duration); AWS Config, secretsmanager-scheduled-rotation-success-check; design facts 2.7.
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.account.missed import late_after
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import FUNCTION, NOW, a_secret, ago
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.secret.metadata import RotationSettings
from nightlatch.domain.secret.schedules import gap_days, window_hours


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire when the date has passed; after a whole further turn of the schedule it is HIGH."""
    rotation, due = secret.rotation, secret.next_rotation
    if not rotation.enabled:
        return Spared("no rotation is on")
    if secret.last_rotated is None:
        return Spared("it has never rotated, which is told by itself")
    if due is None or terms.now < late_after(due, window_hours(rotation.duration)):
        return None
    gap = gap_days(days=rotation.days, schedule=rotation.schedule) or rotation.days
    is_long = gap is not None and terms.now - due >= timedelta(days=gap)
    return Violation(
        reason=f"it should have rotated by {due:%Y-%m-%d %H:%M} UTC and last did on {secret.last_rotated:%Y-%m-%d}",
        severity=Severity.HIGH if is_long else None,
    )


def _due(duration: str | None = None, **age: float) -> SecretPosture:
    rotation = RotationSettings(enabled=True, lambda_arn=FUNCTION, days=30, duration=duration)
    return a_secret(rotation=rotation, next_rotation=ago(**age), last_rotated=ago(days=40))


CHECK = Check(
    id="rotation.overdue",
    practice=Practice.ROTATION,
    about=SecretPosture,
    title="A planned rotation did not succeed",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Read why in the function's log: network, permissions on the key and changed logins are the usual reasons. "
        "Then rotate. A version that an attempt left labelled AWSPENDING may be the one that the database takes now."
    ),
    command="aws secretsmanager rotate-secret --region {region} --secret-id {arn}",
    sources=(
        "Secrets Manager user guide, troubleshoot_rotation and find-secrets-not-rotating",
        "AWS Config, secretsmanager-scheduled-rotation-success-check",
    ),
    well_architected=("SEC02-BP05",),
    covers=("SecretsManager.2", "config:secretsmanager-scheduled-rotation-success-check"),
    blind_spots=(
        "A rotation that succeeds at its second try moves the date on, and leaves nothing here: the detection "
        "rotation.failing sees such tries."
    ),
    examples=(
        Example(name="two days late", posture=_due(days=2), violates=True, severity=Severity.MEDIUM),
        Example(name="a whole turn late", posture=_due(days=30), violates=True, severity=Severity.HIGH),
        Example(name="over its window of three hours", posture=_due("3h", hours=4), violates=True),
        Example(name="within the day that it may take", posture=_due(hours=24), violates=False),
        Example(name="within its window and the grace", posture=_due("3h", hours=3, minutes=59), violates=False),
        Example(name="planned for tomorrow", posture=a_secret(next_rotation=NOW + timedelta(days=1)), violates=False),
    ),
)
