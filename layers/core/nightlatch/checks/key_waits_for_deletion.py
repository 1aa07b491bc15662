"""The key that encrypts the secret waits to be deleted: then the value is lost, in every copy and snapshot under it.

Nobody can read the secret already. The deletion can be cancelled until its date, and never after it. Who manages the
secret does not manage your key, so that managed secrets are judged as well, and so are replicas, whose key is theirs.

Source: KMS developer guide, deleting keys and key states; KMS API reference, CancelKeyDeletion (the key is disabled
afterwards).
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import KEY, NOW, a_secret
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen
from nightlatch.domain.secret.key_states import DELETION_PENDS, KeyState, KeyStatus


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire on a key whose deletion is scheduled."""
    key = seen(secret.key_state)
    if key is None:
        return Spared("no key of yours encrypts it")
    if key.status not in DELETION_PENDS:
        return None
    when = f" on {key.deletion_at:%Y-%m-%d}" if key.deletion_at else ""
    return Violation(
        reason=f"its key is deleted{when}, and nobody can read it since that was scheduled",
        evidence=(f"key {key.id}",),
        values=(("key", key.arn),),
    )


def _with(status: KeyStatus) -> SecretPosture:
    return a_secret(key_state=KeyState(arn=KEY, status=status, deletion_at=NOW + timedelta(days=9)))


CHECK = Check(
    id="key.waits-for-deletion",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="The key that encrypts it is about to be deleted",
    severity=Severity.CRITICAL,
    evaluate=evaluate,
    remedy=(
        "Cancel the deletion, then enable the key: it comes back disabled. That breaks nothing. If the key is to go, "
        "move every secret to another one first."
    ),
    command=(
        "aws kms cancel-key-deletion --region {region} --key-id {key} && "
        "aws kms enable-key --region {region} --key-id {key}"
    ),
    sources=("KMS developer guide, deleting-keys", "KMS API reference, CancelKeyDeletion and EnableKey"),
    well_architected=("SEC08-BP01",),
    of_managed=True,
    of_replicas=True,
    blind_spots="Older versions of the secret may be under another key: only the key that it names now is looked at.",
    examples=(
        Example(name="waits to be deleted", posture=_with(KeyStatus.PENDING_DELETION), violates=True),
        Example(name="waits for its replicas", posture=_with(KeyStatus.PENDING_REPLICA_DELETION), violates=True),
        Example(name="disabled", posture=_with(KeyStatus.DISABLED), violates=False),
        Example(name="enabled", posture=a_secret(), violates=False),
        Example(name="AWS's own", posture=a_secret(key=None, key_state=None), violates=False),
    ),
)
