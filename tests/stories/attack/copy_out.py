"""Attack story 6: secrets are replicated far away, cut loose there, and one is tied to a copy in another account."""

from __future__ import annotations

from collections.abc import Sequence

from nightlatch.domain.judging.findings import Severity
from stories.callers import ACCOUNT, OUTSIDE, a_person
from stories.records import Record, arn_of, by_service, call
from stories.story import Story, Told

ADMIN = a_person("mallory")
FAR = "sa-east-1"
NAMES = ("prod/db", "prod/payments", "prod/mail")
OWN_KEY = f"arn:aws:kms:{FAR}:{ACCOUNT}:key/00000000-0000-4000-8000-0000000000d9"


def copies() -> Sequence[Record]:
    """Replicate three, stop the replication there ten minutes later, then tie one to a stranger's account."""
    to = [{"region": FAR, "kmsKeyId": OWN_KEY}]
    return [
        *(
            call(
                ADMIN,
                "ReplicateSecretToRegions",
                name,
                at=5 * n,
                addReplicaRegions=to,
                forceOverwriteReplicaSecret=True,
            )
            for n, name in enumerate(NAMES)
        ),
        *(by_service("ReplicationSucceeded", name, at=5 * n + 3, region=FAR) for n, name in enumerate(NAMES)),
        *(
            call(ADMIN, "StopReplicationToReplica", arn_of(name, FAR), at=600 + n, region=FAR)
            for n, name in enumerate(NAMES)
        ),
        call(
            ADMIN,
            "AssociateCrossAccountReplica",
            NAMES[0],
            at=900,
            crossAccountReplicaARN=f"arn:aws:secretsmanager:eu-west-1:{OUTSIDE}:secret:copy-AbCd3F",
            replicaRestriction="NoRestriction",
        ),
    ]


STORIES = (
    Story(
        name="copy-out",
        records=copies,
        tells=(
            Told(catalogue="REP-01", severity=Severity.CRITICAL, secrets=len(NAMES)),
            Told(catalogue="REP-02", severity=Severity.CRITICAL, secrets=1),
        ),
        incidents=1,
    ),
)
