"""What the service itself says: label moves as native events, deletes and rotations as service events.

Source: Secrets Manager user guide (2026), event-detail-secret-label-updated-secretsmanager and
cloudtrail_log_entries; real Start/EndSecretVersionDelete records of July 2023 (facts 1, 3.2). The shape of
SecretVersionDeletion, of CancelSecretVersionDelete and of the three about replication is not known: they are written
like the other version deletes, in the primary's Region, and only a real account can tell.
"""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from nightlatch.local.aws.happenings import Happening, Kind
from nightlatch.local.narrator.records import EVENT_VERSION, Envelope, envelope, timestamp

SERVICE_EVENT = "AWS Service Event via CloudTrail"
_SERVICE = "secretsmanager"
_SOURCE = "secretsmanager.amazonaws.com"

_OF_ROTATION = frozenset(
    {
        Kind.ROTATION_STARTED,
        Kind.ROTATION_SUCCEEDED,
        Kind.ROTATION_FAILED,
        Kind.ROTATION_TEST_STARTED,
        Kind.ROTATION_TEST_SUCCEEDED,
        Kind.ROTATION_TEST_FAILED,
    }
)


def told_by_service(happening: Happening, at: datetime) -> Envelope:
    """Write the envelope of one happening."""
    if happening.kind is Kind.LABEL_UPDATED:
        detail: dict[str, object] = {
            "name": happening.name,
            "labelUpdated": happening.label,
            "versionId": happening.version_id,
        }
        detail_type, resources = str(Kind.LABEL_UPDATED), [happening.arn]
    else:
        detail, detail_type, resources = _record(happening, at), SERVICE_EVENT, []
    return envelope(
        detail_type,
        _SERVICE,
        happening.account_id,
        happening.region,
        at,
        detail,
        resources=tuple(resources),
    )


def _record(happening: Happening, at: datetime) -> dict[str, object]:
    return {
        "eventVersion": EVENT_VERSION,
        # Without a type: nobody called.
        "userIdentity": {"accountId": happening.account_id, "invokedBy": _SOURCE},
        "eventTime": timestamp(at),
        "eventSource": _SOURCE,
        "eventName": str(happening.kind),
        "awsRegion": happening.region,
        "sourceIPAddress": _SOURCE,
        "userAgent": _SOURCE,
        "requestParameters": None,
        "responseElements": None,
        "additionalEventData": _secret(happening),
        "requestID": _request_id(happening, at),
        "eventID": str(uuid4()),
        "readOnly": False,
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": happening.account_id,
        "eventCategory": "Management",
    }


def _secret(happening: Happening) -> dict[str, str]:
    if happening.kind in _OF_ROTATION:
        return {"SecretId": happening.arn}
    return {"ARN": happening.arn, "Name": happening.name}


def _request_id(happening: Happening, at: datetime) -> str:
    """Real request ids speak: `SecretDeleteMessage:<arn>:<minute>:Forced` and `Rotation-<arn>-<uuid>`."""
    if happening.kind in _OF_ROTATION:
        return f"Rotation-{happening.arn}-{uuid4()}"
    if happening.kind in {Kind.VERSION_DELETE_STARTED, Kind.VERSION_DELETE_ENDED}:
        minute = f"{at:%Y-%m-%dT%H:%M}:00Z"
        return f"SecretDeleteMessage:{happening.arn}:{minute}{':Forced' if happening.forced else ''}"
    return str(uuid4())
