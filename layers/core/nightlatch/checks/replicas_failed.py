"""A replica could not be made, or does not follow its primary: who reads it there gets an old value, or none.

Source: Secrets Manager API reference, DescribeSecret and ReplicationStatusType (InSync, InProgress, Failed; botocore
names Pending and Detached as well); user guide, replicate secrets.
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import KEY, a_secret, ago
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import ReplicaPosture, SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen

_IN_SYNC = "InSync"
_UNDER_WAY = frozenset({"InProgress", "Pending"})
_LONGEST = timedelta(hours=1)  # copying takes minutes; after this time it is stuck


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire on a replica that failed, and on one that is still being made an hour after the last change."""
    is_settled = secret.last_changed is None or terms.now - secret.last_changed > _LONGEST
    behind = [one for one in seen(secret.replicas) if _is_behind(one.status, is_settled=is_settled)]
    if not behind:
        return None
    first = behind[0]
    return Violation(
        reason="; ".join(f"its replica in {one.place} is {one.status}" for one in behind),
        command=_TO_ACCOUNT if first.arn is not None else _WITH_KEY if first.key else None,
        values=(
            ("replica", first.region if first.arn is None else first.arn or "REPLICA_ARN"),
            ("key", first.key or ""),
        ),
    )


def _is_behind(status: str, *, is_settled: bool) -> bool:
    return status != _IN_SYNC and (is_settled or status not in _UNDER_WAY)


_AGAIN = "aws secretsmanager replicate-secret-to-regions --region {region} --secret-id {arn} --add-replica-regions "
_TO_ACCOUNT = (
    "aws secretsmanager associate-cross-account-replica --region {region} --secret-id {arn} "
    "--cross-account-replica-arn {replica}"
)
_WITH_KEY = f"{_AGAIN}Region={{replica}},KmsKeyId={{key}}"


def _with(status: str, *, key: str | None = None, **since: float) -> SecretPosture:
    replica = ReplicaPosture(region="eu-central-1", status=status, key=key)
    return a_secret(replicas=(replica,), last_changed=ago(**(since or {"days": 9})))


_ABROAD = ReplicaPosture(
    region="eu-west-1",
    status="Detached",
    arn="arn:aws:secretsmanager:eu-west-1:999988887777:secret:copy-AbCdEf",
)

CHECK = Check(
    id="replicas.failed",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="A replica does not follow its primary",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Read the status message in the primary's Region: a key that cannot be used there, and a secret of the same "
        "name, are the usual reasons; in another account, its owner may have untied it. Then replicate again; do not "
        "overwrite a secret of that name before you know whose it is, for that destroys it."
    ),
    command=f"{_AGAIN}Region={{replica}}",
    sources=("Secrets Manager user guide, replicate-secrets", "Secrets Manager API reference, ReplicationStatusType"),
    well_architected=("SEC08-BP03",),
    blind_spots="AWS says how a replica stands, not what it holds; whether the values are equal is never read.",
    examples=(
        Example(name="failed", posture=_with("Failed", minutes=1), violates=True),
        Example(name="failed, under a key of its own", posture=_with("Failed", key=KEY), violates=True),
        Example(name="still under way after nine days", posture=_with("InProgress"), violates=True),
        Example(name="detached", posture=_with("Detached"), violates=True),
        Example(name="untied by another account", posture=a_secret(replicas=(_ABROAD,)), violates=True),
        Example(name="under way", posture=_with("InProgress", minutes=10), violates=False),
        Example(name="in sync", posture=_with("InSync"), violates=False),
        Example(name="no replica", posture=a_secret(), violates=False),
    ),
)
