"""A small vocabulary to tell a story in: calls, refusals, and what Secrets Manager writes by itself, as records.

All of it is the JSON that CloudTrail or EventBridge delivers, before any parser has seen it; the shapes are those of
`tests/records`. Time is given in seconds after `START`, and everything made up (ids, suffixes) follows from what is
told, so that a story is the same in every run.

Source: design facts 3.2 to 3.5 (requests, answers, refusals, service events).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from stories.callers import ACCOUNT, Caller

REGION = "eu-west-1"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
DAY = 86_400.0
SERVICE = "secretsmanager.amazonaws.com"
Record = dict[str, Any]

_READS = ("Get", "List", "Describe", "BatchGet", "Decrypt")
_TLS = {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"}
_ANSWERED_BY_ARN = ("CreateSecret", "PutSecretValue")
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def arn_of(name: str, region: str = REGION) -> str:
    """Give the full ARN of a secret; a replica has the suffix of its primary."""
    digest = sha256(name.encode()).digest()
    # Capitals, small letters and a digit: no suffix of a story reads like the end of a name.
    suffix = f"A{''.join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:3])}z7"
    return f"{partial_arn_of(name, region)}-{suffix}"


def partial_arn_of(name: str, region: str = REGION) -> str:
    """Give the ARN without its suffix, which callers may use as well."""
    return f"arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:{name}"


def version_of(text: str) -> str:
    """Give a version id, the same for the same text."""
    return _id("version", text)


def call(
    who: Caller,
    name: str,
    secret: str | None = None,
    /,
    *,
    at: float,
    region: str = REGION,
    source: str = "secretsmanager",
    answer: object = None,
    **request: Any,
) -> Record:
    """Write the record of a call that AWS carried out.

    Args:
        who: The caller.
        name: The event's name.
        secret: The secret's name or ARN, as the caller writes it.
        at: Seconds after `START`.
        region: Where.
        source: The service, without `.amazonaws.com`.
        answer: `responseElements`, where they are not what Secrets Manager answers to such a call.
        request: The request's other parameters.
    """
    asked = {**({"secretId": secret} if secret else {}), **request}
    if answer is None and source == "secretsmanager" and not name.startswith(_READS):
        answer = _answer(name, secret or str(request.get("name", "")), at, region)
    return _record(
        who,
        name,
        at,
        region,
        source=source,
        requestParameters=asked or None,
        responseElements=answer,
        readOnly=name.startswith(_READS),
    )


def read(who: Caller, secret: str, /, *, at: float, region: str = REGION, **request: Any) -> Record:
    """Write the record of a value read."""
    return call(who, "GetSecretValue", secret, at=at, region=region, **request)


def refused(who: Caller, name: str, secret: str, *, at: float, why: str = "") -> Record:
    """Write the record of a call for which permission was lacking: its target stands in the message alone."""
    action = f"secretsmanager:{name}"
    why = why or f"because no identity-based policy allows the {action} action"
    message = f"User: {who.arn} is not authorized to perform: {action} on resource: {secret} {why}"
    return _failed(who, name, at=at, region=REGION, code="AccessDenied", message=message)


def absent(who: Caller, secret: str, stage: str, *, at: float, region: str = REGION) -> Record:
    """Write the record of a read that found no version under a label, as each rotation begins."""
    message = f"Secrets Manager can't find the specified secret value for staging label: {stage}"
    asked = {"secretId": secret, "versionStage": stage}
    code = "ResourceNotFoundException"
    return _failed(who, "GetSecretValue", at=at, region=region, code=code, message=message, asked=asked)


def by_service(name: str, secret: str, *, at: float, region: str = REGION) -> Record:
    """Write down a step of the service itself: of a rotation, of a replication, or of a forced deletion."""
    arn = arn_of(secret, region)
    is_deletion = name.endswith("SecretVersionDelete")
    request_id = f"SecretDeleteMessage:{arn}:{_time(at)}:Forced" if is_deletion else f"Rotation-{arn}-{_id(arn)}"
    service = Caller(identity={"accountId": ACCOUNT, "invokedBy": SERVICE}, address=SERVICE, agent=SERVICE)
    return _record(
        service,
        name,
        at,
        region,
        requestID=request_id,
        requestParameters=None,
        responseElements=None,
        readOnly=False,
        eventType="AwsServiceEvent",
        additionalEventData={"ARN": arn, "Name": secret} if is_deletion else {"SecretId": arn},
    )


def label_moved(secret: str, version: str, *, at: float, region: str = REGION, label: str = "AWSCURRENT") -> Record:
    """Write the envelope of the native event, which needs no trail and names no actor."""
    return {
        "version": "0",
        "id": _id("label", secret, version, label, region, at),
        "detail-type": "Secret Label Updated",
        "source": "aws.secretsmanager",
        "account": ACCOUNT,
        "time": _time(at),
        "region": region,
        "resources": [arn_of(secret, region)],
        "detail": {"name": secret, "labelUpdated": label, "versionId": version},
    }


def key_used(who: Caller, name: str, secret: str, version: str, *, at: float, region: str = REGION) -> Record:
    """Write the record of KMS for a value that Secrets Manager encrypts or decrypts on a caller's way."""
    key = f"arn:aws:kms:{region}:{ACCOUNT}:key/{_id('key', region)}"
    context = {"SecretARN": arn_of(secret, region), "SecretVersionId": version}
    record = call(who, name, at=at, region=region, source="kms", keyId=key, encryptionContext=context)
    return {**record, "resources": [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": key}]}


def _failed(
    who: Caller, name: str, /, *, at: float, region: str, code: str, message: str, asked: object = None
) -> Record:
    outcome: Record = {"errorCode": code, "errorMessage": message, "requestParameters": asked, "responseElements": None}
    return _record(who, name, at, region, readOnly=name.startswith(_READS), **outcome)


def _answer(name: str, secret: str, at: float, region: str) -> dict[str, str]:
    arn = secret if secret.startswith("arn:") else arn_of(secret, region)
    bare = arn.split(":secret:")[1].rpartition("-")[0]
    if name == "DeleteSecret":
        when = f"{START + timedelta(seconds=at):%b %d, %Y, %I:%M:%S %p}"
        return {"aRN": arn, "name": bare, "deletionDate": when}
    return {"arn": arn} if name in _ANSWERED_BY_ARN else {"arn": arn, "name": bare}


def _record(
    who: Caller, name: str, at: float, region: str, /, source: str = "secretsmanager", **fields: object
) -> Record:
    """Put a record together, in the order in which CloudTrail writes one."""
    by_itself = who.address.endswith(".amazonaws.com")
    host = {**_TLS, "clientProvidedHostHeader": f"{source}.{region}.amazonaws.com"}
    record: Record = {
        "eventVersion": "1.11",
        "userIdentity": dict(who.identity),
        "eventTime": _time(at),
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": who.address,
        "userAgent": who.agent,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        **fields,
        **({} if by_itself else {"tlsDetails": host}),
        **({"sessionCredentialFromConsole": "true"} if who.in_console else {}),
    }
    told = json.dumps(record, sort_keys=True)
    return {"requestID": _id("request", told), **record, "eventID": _id("event", told)}


def _id(*parts: object) -> str:
    return str(UUID(bytes=sha256("|".join(map(str, parts)).encode()).digest()[:16], version=4))


def _time(at: float) -> str:
    return f"{START + timedelta(seconds=at):%Y-%m-%dT%H:%M:%SZ}"
