"""What Secrets Manager asks of KMS for a caller: records under the caller's identity, by way of the service.

The access key is another, for the service speaks with one that it was lent; address and agent are the service's, and
there are no TLS details. The encryption context names the secret and the version, so that a read has a second witness.

Source: real Decrypt records of 2023 (facts 3.5, 3.7); Secrets Manager user guide (2026), security-encryption. How
GenerateDataKey and Encrypt name the key is believed.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from datetime import datetime
from uuid import uuid4

from nightlatch.local.aws.callers import Caller
from nightlatch.local.aws.happenings import Happening
from nightlatch.local.narrator.records import API_CALL, EVENT_VERSION, Envelope, envelope, timestamp

_SERVICE = "secretsmanager.amazonaws.com"
_ALGORITHM = {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"}


def told_by_kms(happening: Happening, caller: Caller, at: datetime) -> Envelope:
    """Write the envelope of one use of a key."""
    record: dict[str, object] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": _identity(caller, at),
        "eventTime": timestamp(at),
        "eventSource": "kms.amazonaws.com",
        "eventName": happening.operation,
        "awsRegion": happening.region,
        "sourceIPAddress": _SERVICE,
        "userAgent": _SERVICE,
        "requestParameters": _request(happening),
        "responseElements": None,
        "requestID": str(uuid4()),
        "eventID": str(uuid4()),
        "readOnly": True,
        "resources": [{"accountId": happening.account_id, "type": "AWS::KMS::Key", "ARN": happening.key}],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": happening.account_id,
        "eventCategory": "Management",
    }
    return envelope(API_CALL, "kms", happening.account_id, happening.region, at, record)


def _request(happening: Happening) -> dict[str, object]:
    context = {"encryptionContext": {"SecretARN": happening.arn, "SecretVersionId": happening.version_id}}
    match happening.operation:
        case "GenerateDataKey":
            return {"keyId": happening.key_named, "keySpec": "AES_256", **context}
        case "Encrypt":
            return {"keyId": happening.key_named, **_ALGORITHM, **context}
        case _:
            return {**_ALGORITHM, **context}


def _identity(caller: Caller, at: datetime) -> dict[str, object]:
    lent = b32encode(hashlib.sha256(caller.access_key_id.encode()).digest()).decode()[:16]
    identity = {**caller.user_identity(), "accessKeyId": f"ASIA{lent}", "invokedBy": _SERVICE}
    if "sessionContext" not in identity:
        attributes = {"creationDate": timestamp(at), "mfaAuthenticated": "false"}
        identity["sessionContext"] = {"attributes": attributes}
    return identity
