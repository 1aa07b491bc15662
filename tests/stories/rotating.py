"""One rotation of a secret by its function, step by step, as CloudTrail and Secrets Manager write it down.

Source: Secrets Manager user guide, rotate-secrets_lambda-functions; benign story 3 of the design detections.
"""

from __future__ import annotations

from collections.abc import Iterator

from stories.callers import Caller
from stories.records import (
    REGION,
    Record,
    absent,
    arn_of,
    by_service,
    call,
    label_moved,
    read,
    version_of,
)

STEPS_S = 17.0  # from the start to the end


def a_rotation(secret: str, by: Caller, *, at: float, region: str = REGION, fails: bool = False) -> Iterator[Record]:
    """Rotate a secret; one that fails stops when it has staged the new version."""
    arn, new, old = arn_of(secret, region), version_of(f"{secret}-{at}"), version_of(f"{secret}-before-{at}")
    yield by_service("RotationStarted", secret, at=at, region=region)
    yield call(by, "DescribeSecret", arn, at=at + 1, region=region)
    yield read(by, arn, at=at + 2, region=region, versionStage="AWSCURRENT")
    yield absent(by, arn, "AWSPENDING", at=at + 3, region=region)
    yield call(by, "GetRandomPassword", at=at + 4, region=region, excludeCharacters="/@")
    yield call(
        by, "PutSecretValue", arn, at=at + 5, region=region, clientRequestToken=new, versionStages=["AWSPENDING"]
    )
    yield call(by, "DescribeSecret", arn, at=at + 6, region=region)
    yield read(by, arn, at=at + 7, region=region, versionId=new, versionStage="AWSPENDING")
    if fails:
        yield by_service("RotationFailed", secret, at=at + 8, region=region)
        return
    yield read(by, arn, at=at + 8, region=region, versionStage="AWSCURRENT")
    yield read(by, arn, at=at + 9, region=region, versionStage="AWSPREVIOUS")
    yield call(by, "DescribeSecret", arn, at=at + 11, region=region)
    yield read(by, arn, at=at + 12, region=region, versionId=new, versionStage="AWSPENDING")
    yield call(by, "DescribeSecret", arn, at=at + 13, region=region)
    yield call(
        by,
        "UpdateSecretVersionStage",
        arn,
        at=at + 14,
        region=region,
        versionStage="AWSCURRENT",
        moveToVersionId=new,
        removeFromVersionId=old,
    )
    yield label_moved(secret, new, at=at + 15, region=region)
    yield by_service("RotationSucceeded", secret, at=at + STEPS_S, region=region)
