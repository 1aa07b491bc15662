"""What calls of S3 need: the action on the object or the bucket, and the key that encrypts the object.

An object that does not exist is asked about in its bucket too: who may not list learns `403` instead of `404`. A lock
given with the object needs the right to retain, too. A bucket's own policy is not judged.

Source: service authorization reference (2026), list_amazons3; S3 API reference, PutObject, GetObject and HeadObject
(the list permission); S3 user guide, UsingKMSEncryption (the encryption context is the object's ARN, or the bucket's
where it has a bucket key) and object-lock-managing; that a lock in the headers of PutObject needs
`s3:PutObjectRetention` is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nightlatch.local.permissions.insides import Insides
from nightlatch.local.permissions.needed.asking import Needs, Table, by_way_of
from nightlatch.local.permissions.policies import Request
from nightlatch.local.permissions.stored import Encryption, encryption_by, encryption_of, holds

# Parameters that are condition keys of a put, under the key's name.
_OF_PUT = {
    "ServerSideEncryption": "s3:x-amz-server-side-encryption",
    "SSEKMSKeyId": "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "ObjectLockMode": "s3:object-lock-mode",
    "IfNoneMatch": "s3:if-none-match",
}


def _put(asked: Mapping[str, Any], inside: Insides) -> Needs:
    arn = _object(asked)
    keys = {key: str(asked[name]) for name, key in _OF_PUT.items() if asked.get(name)}
    yield _request("PutObject", arn, keys)
    if asked.get("ObjectLockMode"):
        yield _request("PutObjectRetention", arn, {"s3:object-lock-mode": str(asked["ObjectLockMode"])})
    if asked.get("Tagging"):
        yield _request("PutObjectTagging", arn)
    default = encryption_by(inside.account, asked["Bucket"])
    wished = asked.get("SSEKMSKeyId") or (None if asked.get("ServerSideEncryption") == "AES256" else default.key_id)
    yield from _kms("GenerateDataKey", asked, replace(default, key_id=wished), inside)


def _get(asked: Mapping[str, Any], inside: Insides) -> Needs:
    if asked.get("VersionId"):
        yield _request("GetObjectVersion", _object(asked), {"s3:versionid": str(asked["VersionId"])})
    else:
        yield _request("GetObject", _object(asked))
    if holds(inside.account, asked["Bucket"], asked["Key"]):
        yield from _kms("Decrypt", asked, encryption_of(inside.account, asked["Bucket"], asked["Key"]), inside)
    else:
        yield _request("ListBucket", _bucket(asked))


def _list(asked: Mapping[str, Any], inside: Insides) -> Needs:
    del inside
    yield _request("ListBucket", _bucket(asked), _prefix(asked))


def _list_versions(asked: Mapping[str, Any], inside: Insides) -> Needs:
    del inside
    yield _request("ListBucketVersions", _bucket(asked), _prefix(asked))


def _retain(asked: Mapping[str, Any], inside: Insides) -> Needs:
    del inside
    mode = (asked.get("Retention") or {}).get("Mode")
    yield _request("PutObjectRetention", _object(asked), {"s3:object-lock-mode": str(mode)} if mode else {})
    if asked.get("BypassGovernanceRetention"):
        yield _request("BypassGovernanceRetention", _object(asked))


def _get_retention(asked: Mapping[str, Any], inside: Insides) -> Needs:
    del inside
    yield _request("GetObjectRetention", _object(asked))


def _delete(asked: Mapping[str, Any], inside: Insides) -> Needs:
    del inside
    yield _request("DeleteObjectVersion" if asked.get("VersionId") else "DeleteObject", _object(asked))
    if asked.get("BypassGovernanceRetention"):
        yield _request("BypassGovernanceRetention", _object(asked))


def _kms(operation: str, asked: Mapping[str, Any], how: Encryption, inside: Insides) -> Needs:
    key = inside.own_key(how.key_id)
    if key is not None:
        context = {"aws:s3:arn": _bucket(asked) if how.has_bucket_key else _object(asked)}
        yield from by_way_of("s3", (operation,), key, inside, context)


def _request(action: str, arn: str, keys: Mapping[str, str] | None = None) -> Request:
    return Request(action=f"s3:{action}", resource=arn, keys=keys or {}, named=f'"{arn}"')


def _prefix(asked: Mapping[str, Any]) -> dict[str, str]:
    return {"s3:prefix": str(asked["Prefix"])} if asked.get("Prefix") else {}


def _object(asked: Mapping[str, Any]) -> str:
    return f"{_bucket(asked)}/{asked['Key']}"


def _bucket(asked: Mapping[str, Any]) -> str:
    return f"arn:aws:s3:::{asked['Bucket']}"


TABLE: Table = {
    ("s3", "PutObject"): _put,
    ("s3", "GetObject"): _get,
    ("s3", "HeadObject"): _get,
    ("s3", "ListObjectsV2"): _list,
    ("s3", "ListObjectVersions"): _list_versions,
    ("s3", "PutObjectRetention"): _retain,
    ("s3", "GetObjectRetention"): _get_retention,
    ("s3", "DeleteObject"): _delete,
}
