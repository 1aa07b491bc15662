"""A key of another account encrypts the secret: who owns that account can make the value unreadable for good.

Source: Secrets Manager user guide, security-encryption (keys of other accounts); KMS developer guide, key policies
(a key obeys its own account); AWS Config, secretsmanager-using-cmk (cannot see such keys, and flags them).
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


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire where the key's account is neither the secret's nor trusted; an id alone is a key of this account."""
    if secret.key is None:
        return Spared("no key of yours encrypts it")
    account = account_of(secret.key)
    if account is None or account == secret.account_id or terms.inventory.trusts(account):
        return None
    return Violation(
        reason=f"a key of account {account}, neither this one nor trusted, encrypts it", evidence=(f"key {secret.key}",)
    )


_THEIRS = a_secret(key="arn:aws:kms:eu-west-1:999988887777:key/2c7a0c0e-0000-4000-8000-00000000000b", key_state=None)

CHECK = Check(
    id="key.foreign",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="A key of another account encrypts it",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Ask whose account that is: yours or a partner's belongs into the trusted accounts of the policy. Else move it "
        "to a key of this account while its value can still be read. Every reader needs kms:Decrypt on that key "
        "before; else it fails at once."
    ),
    command="aws secretsmanager update-secret --region {region} --secret-id {arn} --kms-key-id KEY_ARN",
    sources=("Secrets Manager user guide, security-encryption", "KMS developer guide, key-policies"),
    well_architected=("SEC08-BP01", "SEC03-BP07"),
    covers=("config:secretsmanager-using-cmk",),
    of_replicas=True,
    blind_spots="A key's alias does not say whose key it stands for, unless the alias is written as an ARN.",
    examples=(
        Example(name="a stranger's key", posture=_THEIRS, violates=True),
        Example(
            name="a trusted account's key",
            posture=_THEIRS,
            violates=False,
            terms=Terms(now=NOW, inventory=Inventory(trusted_accounts=frozenset({"999988887777"}))),
        ),
        Example(name="a key of this account", posture=a_secret(), violates=False),
        Example(name="a key by its id", posture=a_secret(key="1b7a0c0e-0000-4000-8000-00000000000a"), violates=False),
    ),
)
