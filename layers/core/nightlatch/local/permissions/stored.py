"""What lies in a bucket of the stage, and under which key: looked up in moto, as `insides` does for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.s3.models import FakeBucket, FakeKey, s3_backends


@dataclass(frozen=True, slots=True)
class Encryption:
    """How an object is or would be encrypted; no key where it is S3's own affair."""

    key_id: str | None
    has_bucket_key: bool


def holds(account: str, bucket: str, key: str) -> bool:
    """Tell whether an object exists at the moment."""
    return _object(account, bucket, key) is not None


def encryption_of(account: str, bucket: str, key: str) -> Encryption:
    """Say how an object that exists is encrypted."""
    found = _object(account, bucket, key)
    return Encryption(getattr(found, "kms_key_id", None), bool(getattr(found, "bucket_key_enabled", False)))


def encryption_by(account: str, bucket: str) -> Encryption:
    """Say how a bucket encrypts an object that is put without a word about it."""
    found = _bucket(account, bucket)
    rule = {} if found is None or not found.encryption else found.encryption.get("Rule", {})
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    return Encryption(default.get("KMSMasterKeyID"), str(rule.get("BucketKeyEnabled")).lower() == "true")


def _bucket(account: str, name: str) -> FakeBucket | None:
    return s3_backends[account]["aws"].buckets.get(name)


def _object(account: str, bucket: str, key: str) -> Any:
    within = _bucket(account, bucket)
    found = None if within is None else within.keys.get(key)
    return found if isinstance(found, FakeKey) else None
