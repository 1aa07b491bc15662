"""The secret is about to run out of labels: at twenty no rotation can add AWSPENDING, and it fails.

A version with a label of its own is never removed, and stays under the key that it was encrypted with.

Source: Secrets Manager user guide, quotas (20 labels over all versions of a secret); API reference,
UpdateSecretVersionStage; design facts 6.4.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture, VersionPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen
from nightlatch.domain.secret.versions import CURRENT, LABEL_LIMIT, PIN_PREFIX


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire over the limit, pins of ours left out, for they make room; where the next label is refused it is HIGH."""
    labels = [label for one in seen(secret.versions) for label in one.labels]
    pins = sum(label.startswith(PIN_PREFIX) for label in labels)
    if len(labels) - pins <= terms.limits.labels and len(labels) < LABEL_LIMIT:
        return None
    return Violation(
        reason=f"{len(labels)} of its {LABEL_LIMIT} labels are taken, {pins} of them by pins of nightlatch",
        severity=Severity.HIGH if len(labels) >= LABEL_LIMIT else None,
    )


def _with(count: int, *, pins: int = 0) -> SecretPosture:
    labels = [
        *(f"release-{number}" for number in range(count - 1)),
        *(f"{PIN_PREFIX}{number}" for number in range(pins)),
    ]
    others = tuple(VersionPosture(id=f"v-{number}", labels=(label,)) for number, label in enumerate(labels))
    return a_secret(versions=(VersionPosture(id="now", labels=(CURRENT,)), *others))


CHECK = Check(
    id="versions.labels-full",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="Its labels are nearly used up",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Take away labels that nobody reads by. A version that loses its last one may be removed by AWS, and whoever "
        "reads by that label fails. Pins of nightlatch make room by themselves."
    ),
    command=(
        "aws secretsmanager update-secret-version-stage --region {region} --secret-id {arn} "
        "--version-stage LABEL --remove-from-version-id VERSION_ID"
    ),
    sources=("Secrets Manager user guide, reference_limits", "Secrets Manager API reference, UpdateSecretVersionStage"),
    well_architected=("SEC07-BP04",),
    blind_spots=(
        "Whether AWS's own labels count among the twenty only a real account can tell; here they do. Who reads by a "
        "label is known from records alone."
    ),
    examples=(
        Example(name="16", posture=_with(16), violates=True, severity=Severity.MEDIUM),
        Example(name="20", posture=_with(20), violates=True, severity=Severity.HIGH),
        Example(name="15", posture=_with(15), violates=False),
        Example(name="four, and fifteen pins", posture=_with(4, pins=15), violates=False),
        Example(name="five, and fifteen pins", posture=_with(5, pins=15), violates=True, severity=Severity.HIGH),
        Example(name="two", posture=a_secret(), violates=False),
    ),
)
