"""The key that encrypts the secret cannot be used: nobody can read the secret, and no rotation can succeed.

Who manages the secret does not manage your key, so that managed secrets are judged as well, and so are replicas, whose
key is theirs.

Source: KMS developer guide, key states (which calls fail in which); Secrets Manager user guide, security-encryption.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import KEY, a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen
from nightlatch.domain.secret.key_states import DELETION_PENDS, NO_WAY_BACK, KeyState, KeyStatus

_SOON = frozenset({KeyStatus.CREATING, KeyStatus.UPDATING})  # KMS is about to be done with it


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire on a key in a state in which it neither encrypts nor decrypts; a state that is new to us is LOW."""
    key = seen(secret.key_state)
    if key is None:
        return Spared("no key of yours encrypts it")
    if key.status in DELETION_PENDS:
        return Spared("its key waits to be deleted, which is told by itself")
    if key.status is KeyStatus.ENABLED or key.status in _SOON:
        return None
    way = NO_WAY_BACK.get(key.status)
    return Violation(
        reason=f"its key is in the state {key.status}{f': {way}' if way else ''}",
        severity=Severity.LOW if key.status is KeyStatus.UNKNOWN else None,
        evidence=(f"key {key.id}",),
        command=_LOOK if way else None,
        values=(("key", key.arn),),
    )


_LOOK = "aws kms describe-key --region {region} --key-id {key}"


def _with(status: KeyStatus) -> SecretPosture:
    return a_secret(key_state=KeyState(arn=KEY, status=status))


CHECK = Check(
    id="key.unusable",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="The key that encrypts it cannot be used",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Enable it again, where somebody disabled it; that breaks nothing, but ask why it was done first. Expired "
        "material must be imported again, and a key store that is cut off connected: KMS can do neither for you."
    ),
    command="aws kms enable-key --region {region} --key-id {key}",
    sources=("KMS developer guide, key-state", "KMS API reference, EnableKey"),
    well_architected=("SEC08-BP01",),
    of_managed=True,
    of_replicas=True,
    blind_spots="A key that is enabled and whose policy shuts the readers out is not judged here.",
    examples=(
        Example(name="disabled", posture=_with(KeyStatus.DISABLED), violates=True, severity=Severity.HIGH),
        Example(name="its store is cut off", posture=_with(KeyStatus.UNAVAILABLE), violates=True),
        Example(name="its material is gone", posture=_with(KeyStatus.PENDING_IMPORT), violates=True),
        Example(name="a new state", posture=_with(KeyStatus.UNKNOWN), violates=True, severity=Severity.LOW),
        Example(name="enabled", posture=a_secret(), violates=False),
        Example(name="about to be made", posture=_with(KeyStatus.CREATING), violates=False),
    ),
)
