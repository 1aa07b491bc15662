"""A key that you did not approve encrypts the secret.

Source: AWS Config, secretsmanager-using-cmk (kmsKeyArns); Secrets Manager user guide, security-encryption.
"""

from __future__ import annotations

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import KEY, NOW, a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen
from nightlatch.domain.secret.key_states import KeyState

_KEY = ":key/"


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire where keys were approved and this is none of them, by any form of its name."""
    if secret.key is None or not terms.inventory.approved_keys:
        return Spared("no key of yours encrypts it" if secret.key is None else "no keys were approved in the policy")
    if terms.inventory.approves_key(secret.key):
        return None
    state = secret.key_state if _KEY in secret.key else seen(secret.key_state)  # an alias says not which key it is
    if isinstance(state, KeyState) and terms.inventory.approves_key(state.arn):
        return None
    return Violation(
        reason="the policy approves some keys, and its key is none of them", evidence=(f"key {secret.key}",)
    )


def _approving(*keys: str) -> Terms:
    return Terms(now=NOW, inventory=Inventory(approved_keys=frozenset(keys)))


CHECK = Check(
    id="key.unapproved",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="A key that nobody approved encrypts it",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Move it to an approved key, or approve this one in the policy. Every reader needs kms:Decrypt on that key "
        "before; else it fails at once."
    ),
    command="aws secretsmanager update-secret --region {region} --secret-id {arn} --kms-key-id KEY_ARN",
    sources=("AWS Config, secretsmanager-using-cmk (kmsKeyArns)",),
    well_architected=("SEC08-BP01",),
    covers=("config:secretsmanager-using-cmk",),
    blind_spots="With no key approved, none is unapproved. A key that was approved by an alias is known by that alone.",
    of_replicas=True,
    examples=(
        Example(name="another key", posture=a_secret(), violates=True, terms=_approving("alias/secrets")),
        Example(name="the approved key", posture=a_secret(), violates=False, terms=_approving(KEY)),
        Example(
            name="the approved key, by its id",
            posture=a_secret(),
            violates=False,
            terms=_approving(KEY.rsplit("/", 1)[-1]),
        ),
        Example(name="none is approved", posture=a_secret(), violates=False),
    ),
)
