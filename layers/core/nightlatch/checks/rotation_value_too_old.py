"""The value that readers get is older than you allow, whatever the schedule says.

The age is that of the version labelled AWSCURRENT: a value that was rolled back to is as old as it is, and a change of
a tag makes nothing younger.

Source: Secrets Manager API reference, ListSecretVersionIds (CreatedDate), DescribeSecret (LastChangedDate is any
modification); AWS Config, secretsmanager-secret-periodic-rotation (90 days); design facts 2.7.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import a_secret, ago
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture, VersionPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen
from nightlatch.domain.secret.metadata import RotationSettings
from nightlatch.domain.secret.versions import CURRENT, PENDING, PREVIOUS


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire where more whole days than the limit have passed since the current version was made."""
    current = next((one for one in seen(secret.versions) if CURRENT in one.labels), None)
    if current is None:
        return Spared("it has no current value")
    made = current.created_at or secret.last_rotated or secret.created_at
    if made is None:
        return Spared("AWS does not say when its value was made")
    days, limit = terms.age_days(made), terms.limits.value_days
    if days <= limit:
        return None
    return Violation(
        reason=f"its value is {days} days old; {limit} are the most that you allow",
        evidence=(f"version {current.id} of {made:%Y-%m-%d}",),
        command=None if secret.rotation.enabled else _STORE,
    )


_STORE = "aws secretsmanager put-secret-value --region {region} --secret-id {arn} --secret-string file://VALUE_FILE"


def _of_age(**age: float) -> tuple[VersionPosture, ...]:
    return (VersionPosture(id="v-2", labels=(CURRENT,), created_at=ago(**age)),)


CHECK = Check(
    id="rotation.value-too-old",
    practice=Practice.ROTATION,
    about=SecretPosture,
    title="Its value is older than you allow",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Rotate it, by its function where it has one: that is at once, and a reader that keeps the old value for long "
        "will fail. Where it has none, change the credential where it is used, and store the new value."
    ),
    command="aws secretsmanager rotate-secret --region {region} --secret-id {arn}",
    sources=(
        "Secrets Manager API reference, ListSecretVersionIds",
        "AWS Config, secretsmanager-secret-periodic-rotation",
    ),
    well_architected=("SEC02-BP05",),
    covers=(
        "SecretsManager.4",
        "config:secretsmanager-secret-periodic-rotation",
        "prowler:secretsmanager_secret_rotated_periodically",
    ),
    blind_spots="A new version may hold the old value again: values are never read here.",
    examples=(
        Example(name="91 days", posture=a_secret(versions=_of_age(days=91)), violates=True),
        Example(
            name="never changed, and nothing rotates it",
            posture=a_secret(rotation=RotationSettings(), last_rotated=None, versions=_of_age(days=400)),
            violates=True,
        ),
        Example(
            name="rolled back to an old value",
            posture=a_secret(
                versions=(
                    VersionPosture(id="v-1", labels=(CURRENT,), created_at=ago(days=200)),
                    VersionPosture(id="v-2", labels=(PREVIOUS, PENDING), created_at=ago(days=1)),
                )
            ),
            violates=True,
        ),
        Example(name="90 days", posture=a_secret(versions=_of_age(days=90, hours=23)), violates=False),
        Example(name="no value at all", posture=a_secret(versions=()), violates=False),
    ),
)
