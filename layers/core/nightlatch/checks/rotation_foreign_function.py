"""A function of another account rotates the secret: its owner sees each new value before anybody else.

Source: Secrets Manager API reference, RotateSecret (RotationLambdaARN); user guide, rotation function permissions;
design facts 7.3 and 2.7.
"""

from __future__ import annotations

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.aws_policies.policy_conditions import account_of
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import NOW, a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.secret.metadata import RotationSettings


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire where the function's account is neither the secret's nor trusted, while rotation is on."""
    rotation = secret.rotation
    if not rotation.enabled or rotation.lambda_arn is None:
        return Spared("no function rotates it")
    account = account_of(rotation.lambda_arn)
    if account is None or account == secret.account_id or terms.inventory.trusts(account):
        return None
    return Violation(
        reason=f"a function of account {account}, neither this one nor trusted, rotates it",
        evidence=(rotation.lambda_arn,),
    )


_THEIRS = "arn:aws:lambda:eu-west-1:999988887777:function:rotate-db"
_ROTATED = a_secret(rotation=RotationSettings(enabled=True, lambda_arn=_THEIRS, days=30))

CHECK = Check(
    id="rotation.foreign-function",
    practice=Practice.ROTATION,
    about=SecretPosture,
    title="A function of another account rotates it",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Ask whose account that is: yours or a partner's belongs into the trusted accounts of the policy. Else turn "
        "the rotation off, change the credential where it is used, and give the secret a function of this account. "
        "Until then the value stays what it is."
    ),
    command="aws secretsmanager cancel-rotate-secret --region {region} --secret-id {arn}",
    sources=("Secrets Manager API reference, RotateSecret and CancelRotateSecret",),
    well_architected=("SEC03-BP07", "SEC02-BP05"),
    blind_spots="A function of this account may hand a value on to another: what its code does is not read.",
    examples=(
        Example(name="a stranger's function", posture=_ROTATED, violates=True),
        Example(
            name="a trusted account's function",
            posture=_ROTATED,
            violates=False,
            terms=Terms(now=NOW, inventory=Inventory(trusted_accounts=frozenset({"999988887777"}))),
        ),
        Example(
            name="a stranger's function that rotates no more",
            posture=a_secret(rotation=RotationSettings(enabled=False, lambda_arn=_THEIRS, days=30)),
            violates=False,
        ),
        Example(name="a function of this account", posture=a_secret(), violates=False),
    ),
)
