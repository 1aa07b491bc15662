"""Its schedule rotates the secret less often than you ask for: a copied value stays good for longer.

The longest gap of the schedule counts, not the mean: the first Sunday of a month can be 35 days after the last one.
Who manages a secret rotates it, but how often is yours to say, so that managed secrets are judged as well.

Source: Secrets Manager user guide, best practices (every 30 days), rotation schedules, managed rotation (to change the
schedule); Security Hub, SecretsManager.1 (maximumAllowedRotationFrequency); design facts 2.7.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import FUNCTION, a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import Gap, NotSeen
from nightlatch.domain.secret.metadata import RotationSettings
from nightlatch.domain.secret.schedules import gap_days

_UNREADABLE = Gap(
    "nightlatch:schedule", "its rotation schedule is none that nightlatch can read; look when it rotates next"
)
_CALENDAR = 1  # a monthly schedule is one day over thirty in most months


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire where the longest gap is over the limit; a monthly schedule misses thirty days by one, and is LOW."""
    rotation, limit = secret.rotation, terms.limits.rotation_days
    if not rotation.enabled:
        return Spared("no rotation is on")
    gap = gap_days(days=rotation.days, schedule=rotation.schedule)
    if gap is None:
        gap = rotation.days
    if gap is None:
        raise NotSeen(_UNREADABLE)
    if gap <= limit:
        return None
    return Violation(
        reason=f"up to {gap:g} days lie between two rotations; {limit} are the most that you allow",
        severity=Severity.LOW if gap <= limit + _CALENDAR else None,
        values=(("days", str(limit)),),
    )


def _rotating(**rules: object) -> SecretPosture:
    return a_secret(rotation=RotationSettings(enabled=True, lambda_arn=FUNCTION, **rules))  # type: ignore[arg-type]


CHECK = Check(
    id="rotation.too-slow",
    practice=Practice.ROTATION,
    about=SecretPosture,
    title="It rotates less often than you ask for",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Shorten the schedule. The command keeps the function and waits for the next window; a rotation that was "
        "scheduled before may still come first, and where a function rotates, AWS runs its test step once. Readers "
        "that keep a value longer than the schedule lets it live will fail."
    ),
    command=(
        "aws secretsmanager rotate-secret --region {region} --secret-id {arn} "
        "--rotation-rules AutomaticallyAfterDays={days} --no-rotate-immediately"
    ),
    sources=(
        "Secrets Manager user guide, rotate-secrets_schedule and rotate-secrets_managed",
        "Security Hub, SecretsManager.1 (maximumAllowedRotationFrequency)",
    ),
    well_architected=("SEC02-BP05",),
    covers=("SecretsManager.1", "config:secretsmanager-rotation-enabled-check"),
    of_managed=True,
    blind_spots="What the schedule says is judged here; whether the rotations come is judged by the checks beside it.",
    examples=(
        Example(name="each 90 days", posture=_rotating(days=90), violates=True, severity=Severity.MEDIUM),
        Example(
            name="on the first Sunday of a month",
            posture=_rotating(schedule="cron(0 0 ? * SUN#1 *)", days=28),
            violates=True,
            severity=Severity.MEDIUM,
        ),
        Example(
            name="on the first day of a month",
            posture=_rotating(schedule="cron(0 8 1 * ? *)"),
            violates=True,
            severity=Severity.LOW,
        ),
        Example(name="each 30 days", posture=_rotating(schedule="rate(30 days)"), violates=False),
        Example(name="each four hours", posture=_rotating(schedule="rate(4 hours)", days=1), violates=False),
    ),
)
