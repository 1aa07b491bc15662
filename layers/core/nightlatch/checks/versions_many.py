"""Many versions without a label lie behind the current one: somebody writes the secret far too often.

AWS keeps the newest hundred and everything of the last day, each readable by its id; what lies beyond is removed, and a
version to go back to is pushed out by the flood.

Source: Secrets Manager user guide, quotas (versions) and what's in a secret (deprecated versions); API reference,
PutSecretValue ("no more than once every 10 minutes"); design facts 6.1.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture, VersionPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire where more versions than the limit have no label."""
    count, limit = sum(not one.labels for one in seen(secret.versions)), terms.limits.versions
    return None if count <= limit else Violation(reason=f"{count} of its versions have no label; {limit} are the most")


def _with(count: int) -> SecretPosture:
    unlabelled = tuple(VersionPosture(id=f"v-{number}") for number in range(count))
    return a_secret(versions=(VersionPosture(id="now", labels=("AWSCURRENT",)), *unlabelled))


CHECK = Check(
    id="versions.many",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="Very many versions lie behind it",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Find who writes it so often, and let it write when the value changes only: AWS asks for ten minutes between "
        "two writes. Versions cannot be deleted one by one; AWS removes the oldest."
    ),
    command=(
        "aws cloudtrail lookup-events --region {region} "
        "--lookup-attributes AttributeKey=EventName,AttributeValue=PutSecretValue"
    ),
    sources=("Secrets Manager API reference, PutSecretValue", "Secrets Manager user guide, reference_limits"),
    well_architected=("SEC07-BP04",),
    blind_spots="A state that is kept in a secret on purpose looks the same; it is the wrong place for one.",
    examples=(
        Example(name="51", posture=_with(51), violates=True),
        Example(name="50", posture=_with(50), violates=False),
        Example(name="none", posture=a_secret(), violates=False),
    ),
)
