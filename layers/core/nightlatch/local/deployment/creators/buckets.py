"""After this module a reader knows how buckets come to the stage.

A bucket's policy is kept by moto and judged by the guard (`local/permissions`), which knows its conditions. Object lock
is kept and holds; what expires by a rule stays, for nothing on the stage grows old by itself.
"""

from __future__ import annotations

from typing import Any

from nightlatch.local.deployment.creators.context import Context, Made
from nightlatch.local.deployment.properties import Properties


def bucket(properties: Properties, context: Context) -> Made:
    """Make a bucket with its versioning, lock, encryption, access block, ownership and expiry."""
    name = str(properties.get("BucketName") or context.name(63)).lower()
    where = context.place.region
    location = {} if where == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": where}}
    locked = {"ObjectLockEnabledForBucket": properties.get("ObjectLockEnabled", False)}
    context.call("s3", "create_bucket", Bucket=name, **location, **locked)
    for method, property_name in (
        ("put_bucket_versioning", "VersioningConfiguration"),
        ("put_object_lock_configuration", "ObjectLockConfiguration"),
        ("put_public_access_block", "PublicAccessBlockConfiguration"),
        ("put_bucket_ownership_controls", "OwnershipControls"),
    ):
        if property_name in properties:
            context.call("s3", method, Bucket=name, **properties.take(property_name))
    _encrypt(properties, context, name)
    _expire(properties, context, name)
    if "Tags" in properties:
        context.call("s3", "put_bucket_tagging", Bucket=name, Tagging={"TagSet": properties.get("Tags")})
    attributes = {"Arn": f"arn:aws:s3:::{name}", "DomainName": f"{name}.s3.amazonaws.com"}
    return Made(physical_id=name, attributes=attributes)


def _encrypt(properties: Properties, context: Context, name: str) -> None:
    rules = []
    for wished in properties.nested("BucketEncryption").items_of("ServerSideEncryptionConfiguration"):
        rule = wished.take("BucketKeyEnabled")
        rule["ApplyServerSideEncryptionByDefault"] = wished.get("ServerSideEncryptionByDefault")
        rules.append(rule)
    if rules:
        configuration = {"Rules": rules}
        context.call("s3", "put_bucket_encryption", Bucket=name, ServerSideEncryptionConfiguration=configuration)


def _expire(properties: Properties, context: Context, name: str) -> None:
    """Translate the lifecycle rules; the template and the call spell them differently."""
    rules = []
    for index, wished in enumerate(properties.nested("LifecycleConfiguration").items_of("Rules")):
        rule: dict[str, Any] = {
            "ID": wished.get("Id", f"rule-{index}"),
            "Status": wished.need("Status"),
            "Filter": {"Prefix": wished.get("Prefix", "")},
        }
        if "ExpirationInDays" in wished:
            rule["Expiration"] = {"Days": wished.get("ExpirationInDays")}
        if "ExpiredObjectDeleteMarker" in wished:
            rule["Expiration"] = {"ExpiredObjectDeleteMarker": wished.get("ExpiredObjectDeleteMarker")}
        rule.update(wished.take("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"))
        rules.append(rule)
    if rules:
        context.call(
            "s3",
            "put_bucket_lifecycle_configuration",
            Bucket=name,
            LifecycleConfiguration={"Rules": rules},
        )


def bucket_policy(properties: Properties, context: Context) -> Made:
    """Write a bucket's policy."""
    name = properties.need("Bucket")
    context.call("s3", "put_bucket_policy", Bucket=name, Policy=properties.need("PolicyDocument"))
    return Made(physical_id=name)
