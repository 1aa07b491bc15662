"""AWS's own key encrypts the secret: nobody can narrow who may use that key, stop it, or share the secret by it.

With a key of yours its policy is a second lock: who may read the secret and may not use the key reads nothing.

Source: Secrets Manager user guide, best practices (choose an encryption key) and security-encryption; AWS Config,
secretsmanager-using-cmk; KMS developer guide, AWS managed keys (their policies cannot be changed).
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import KEY, a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms

_ALIAS = "alias/aws/secretsmanager"


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire where AWS names no key, or its own."""
    if secret.key is None or secret.key.endswith(_ALIAS):
        return Violation(reason="aws/secretsmanager encrypts it, whose policy nobody can change")
    return None


CHECK = Check(
    id="key.by-aws",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="AWS's own key encrypts it",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Move it to a key of yours: its current, pending and previous version are encrypted again at once. Every "
        "reader needs kms:Decrypt on that key, and every writer kms:GenerateDataKey, before; else they fail at once. "
        "Versions with other labels stay under the old key."
    ),
    command="aws secretsmanager update-secret --region {region} --secret-id {arn} --kms-key-id KEY_ARN",
    sources=("Secrets Manager user guide, security-encryption", "AWS Config, secretsmanager-using-cmk"),
    well_architected=("SEC08-BP01", "SEC08-BP02"),
    covers=("config:secretsmanager-using-cmk",),
    blind_spots="Whether the policy of your key is any narrower than that of AWS's is not judged.",
    of_replicas=True,
    examples=(
        Example(name="no key is named", posture=a_secret(key=None, key_state=None), violates=True),
        Example(
            name="AWS's own by its alias",
            posture=a_secret(key="arn:aws:kms:eu-west-1:111122223333:alias/aws/secretsmanager", key_state=None),
            violates=True,
        ),
        Example(name="a key of ours", posture=a_secret(), violates=False),
        Example(name="a key of ours by its alias", posture=a_secret(key="alias/secrets"), violates=False),
        Example(name="a key of ours by its id", posture=a_secret(key=KEY.rsplit("/", 1)[-1]), violates=False),
    ),
)
