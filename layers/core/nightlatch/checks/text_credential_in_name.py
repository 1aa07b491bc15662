"""A secret's name holds what looks like a credential: the name stands in every ARN, policy, log line and bill.

Source: Secrets Manager user guide, security-encryption (names are not encrypted); API reference, CreateSecret (a name
is never changed); design facts 2.1.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.secret.credential_texts import credential_in
from nightlatch.domain.secret.random_texts import random_token_in


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire on a known form of credential, more mildly on a part of the name that looks drawn by chance."""
    kind = credential_in([secret.name])
    if kind is not None:
        return Violation(reason=f"its name holds {kind}")
    if random_token_in([secret.name]):
        return Violation(reason="a part of its name looks like a random token", severity=Severity.MEDIUM)
    return None


_TOKEN = "q7Xz2Kp9" + "Vw4Rt8Yb1Nc6Md3F"

CHECK = Check(
    id="text.credential-in-name",
    practice=Practice.SENSITIVE_TEXT,
    about=SecretPosture,
    title="Its name holds what looks like a credential",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Change the credential where it is used. A name cannot be changed: store the new value under another name, let "
        "every reader and policy name that one, and delete this secret with a window once nobody reads it any more."
    ),
    command="aws secretsmanager create-secret --region {region} --name NEW_NAME --secret-string file://VALUE_FILE",
    sources=("Secrets Manager user guide, security-encryption", "Secrets Manager API reference, CreateSecret"),
    well_architected=("SEC02-BP03", "SEC07-BP02"),
    blind_spots=(
        "A finding is told by the secret's name and ARN, for without them nobody could act: what the name gives away, "
        "the finding repeats. A word of one case, or shorter than 20 signs, looks like an identifier."
    ),
    examples=(
        Example(name="an access key", posture=a_secret(name="ci/AKIA" + "IOSFODNN7EXAMPLE"), violates=True),
        Example(
            name="a random word",
            posture=a_secret(name=f"partner/{_TOKEN}"),
            violates=True,
            severity=Severity.MEDIUM,
        ),
        Example(
            name="a service's own name with a UUID",
            posture=a_secret(name="prod/db-3f786850-e387-550f-dab8-36ed7e6dc881"),
            violates=False,
        ),
        Example(
            name="a name that CloudFormation made", posture=a_secret(name="DbKeyA3F9B2C1-a1B2c3D4e5F6"), violates=False
        ),
    ),
)
