"""After this module a reader knows how buckets come to the stage.

moto ignores the conditions of a bucket policy, so the customary "deny insecure transport" statement
would refuse every call (found 2026-11). The policy is judged by boto3 and kept off the server.
"""

from __future__ import annotations

import json
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
        if "NoncurrentVersionExpiration" in wished:
            rule["NoncurrentVersionExpiration"] = wished.get("NoncurrentVersionExpiration")
        if "AbortIncompleteMultipartUpload" in wished:
            rule["AbortIncompleteMultipartUpload"] = wished.get("AbortIncompleteMultipartUpload")
        rules.append(rule)
    if rules:
        context.call(
            "s3",
            "put_bucket_lifecycle_configuration",
            Bucket=name,
            LifecycleConfiguration={"Rules": rules},
        )


def bucket_policy(properties: Properties, context: Context) -> Made:
    """Judge a bucket policy without setting it."""
    name = properties.need("Bucket")
    document = json.dumps(properties.need("PolicyDocument"))
    context.check("s3", "put_bucket_policy", Bucket=name, Policy=document)
    return Made(physical_id=name, unrealised="moto ignores the conditions of bucket policies")
