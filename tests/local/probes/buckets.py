"""A question about buckets: what their policy refuses."""

from __future__ import annotations

import json
from typing import Any

from local.probes.world import HOME, Probe, World, refused

OVER_TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def put_into_a_bucket_that_wants_tls(world: World) -> object:
    s3, location = world.client("s3"), {"LocationConstraint": HOME}
    policy: Any = {"Version": "2012-10-17", "Statement": [OVER_TLS]}
    s3.create_bucket(Bucket="vault", CreateBucketConfiguration=location)
    s3.put_bucket_policy(Bucket="vault", Policy=json.dumps(policy))
    return refused(s3.put_object, Bucket="vault", Key="a", Body=b"")


PROBES = {
    "bucket-policy-conditions": Probe(ask=put_into_a_bucket_that_wants_tls, aws=None, moto="403"),
}
