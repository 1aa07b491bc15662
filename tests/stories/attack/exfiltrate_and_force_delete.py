"""Attack story 4: ten values are read, replicas taken away and the secrets destroyed, all within four minutes.

Two records of the deletions come nine minutes late, behind what the service writes about destroying the secrets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nightlatch.domain.judging.findings import Severity
from stories.callers import AWAY, a_user
from stories.records import Record, arn_of, by_service, call, read
from stories.story import Story, Told

THIEF = a_user("svc-backup", address=AWAY)
NAMES = [*(f"crown/{n}" for n in range(5)), *(f"prod/{n}" for n in range(5))]
REPLICATED = NAMES[:2]
LATE_S = 540.0


def _deletions() -> list[Record]:
    return [
        call(THIEF, "DeleteSecret", name, at=180 + n, forceDeleteWithoutRecovery=True) for n, name in enumerate(NAMES)
    ]


def _destroyed() -> list[Record]:
    """What the service writes, from ten to twenty-seven seconds after each call."""
    return [
        by_service(step, name, at=180 + n + after)
        for n, name in enumerate(NAMES)
        for step, after in (("StartSecretVersionDelete", 10), ("EndSecretVersionDelete", 11 + n * 16 / 9))
    ]


def theft() -> Sequence[Record]:
    """Read, take the replicas away, destroy."""
    return [
        *(read(THIEF, name, at=2 * n) for n, name in enumerate(NAMES)),
        *(
            call(
                THIEF,
                "RemoveRegionsFromReplication",
                name,
                at=120 + n,
                answer={"aRN": arn_of(name), "replicationStatus": []},
                removeReplicaRegions=["us-east-1"],
            )
            for n, name in enumerate(REPLICATED)
        ),
        *_deletions(),
        *_destroyed(),
    ]


def late() -> Mapping[str, float]:
    """Two of the deletions, by their event ids."""
    return {record["eventID"]: LATE_S for record in _deletions()[3:9:5]}


STORIES = (
    Story(
        name="exfiltrate-and-force-delete",
        records=theft,
        late=late,
        tells=(
            Told(catalogue="ACC-01", severity=Severity.HIGH, secrets=len(NAMES)),
            Told(catalogue="DEL-02", severity=Severity.CRITICAL, secrets=len(NAMES)),
            Told(catalogue="DEL-03", severity=Severity.CRITICAL, secrets=len(NAMES)),
            Told(catalogue="DEL-04", severity=Severity.CRITICAL, secrets=len(NAMES)),
            Told(catalogue="REP-01", severity=Severity.MEDIUM, secrets=len(REPLICATED)),
        ),
        incidents=1,
    ),
)
