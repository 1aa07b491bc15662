"""Nobody rotates the secret: who copied its value last year can still use it today.

Where a partner holds the credential, its rotation is one without a function. AWS keeps the settings of a rotation that
was turned off, and forgets when it last rotated.

Source: Secrets Manager user guide, rotation; API reference, DescribeSecret (RotationRules, LastRotatedDate); AWS Config
rule secretsmanager-rotation-enabled-check; design facts 2.7.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.secret.metadata import RotationSettings


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire where no rotation is on."""
    if secret.rotation.enabled:
        return None
    return Violation(reason=_reason(secret), command=_BY_ROLE if secret.type else None)


def _reason(secret: SecretPosture) -> str:
    if secret.last_rotated is not None:
        return f"its rotation was turned off; it last rotated on {secret.last_rotated:%Y-%m-%d}"
    if secret.rotation != RotationSettings():
        return "its rotation was turned off"
    return "no rotation has ever been set up for it"


_BY_ROLE = (  # a partner holds the credential, and no function is needed
    "aws secretsmanager rotate-secret --region {region} --secret-id {arn} "
    "--external-secret-rotation-role-arn ROLE_ARN --rotation-rules AutomaticallyAfterDays=30"
)

CHECK = Check(
    id="rotation.off",
    practice=Practice.ROTATION,
    about=SecretPosture,
    title="Nobody rotates it",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Give it a rotation function that knows its database or service, and a schedule. The first rotation begins at "
        "once unless you say otherwise: have its consumers read the secret anew before."
    ),
    command=(
        "aws secretsmanager rotate-secret --region {region} --secret-id {arn} --rotation-lambda-arn FUNCTION_ARN "
        "--rotation-rules AutomaticallyAfterDays=30"
    ),
    sources=("Secrets Manager user guide, rotating-secrets", "AWS Config, secretsmanager-rotation-enabled-check"),
    well_architected=("SEC02-BP05",),
    covers=(
        "SecretsManager.1",
        "config:secretsmanager-rotation-enabled-check",
        "prowler:secretsmanager_automatic_rotation_enabled",
    ),
    blind_spots="A credential that people change by a calendar looks like one that nobody does: mute it for a while.",
    examples=(
        Example(name="never set up", posture=a_secret(rotation=RotationSettings(), last_rotated=None), violates=True),
        Example(name="turned off", posture=a_secret(rotation=RotationSettings(enabled=False, days=30)), violates=True),
        Example(
            name="turned off, and AWS has forgotten when it rotated",
            posture=a_secret(rotation=RotationSettings(enabled=False, days=30), last_rotated=None),
            violates=True,
        ),
        Example(
            name="a partner holds the credential, and is never asked for another",
            posture=a_secret(rotation=RotationSettings(), last_rotated=None, type="ExamplePartnerApiKey"),
            violates=True,
        ),
        Example(name="rotates each 30 days", posture=a_secret(), violates=False),
    ),
)
