"""A Deny in a secret's policy stops the caller it names, over HTTP and by every way of asking; others pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.narrated import NarratedAws, narrated_aws

BREAK_GLASS = "arn:aws:iam::111122223333:role/ops/break-glass"


def a_guard(**condition: Any) -> str:
    unless = {"ArnNotLike": {"aws:PrincipalArn": BREAK_GLASS}}
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "guard",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": ["secretsmanager:DeleteSecret", "secretsmanager:*ResourcePolicy"],
                    "Resource": "*",
                    "Condition": {**unless, **condition},
                }
            ],
        }
    )


@pytest.fixture
def aws() -> Iterator[NarratedAws]:
    with narrated_aws() as aws:
        aws.client("secretsmanager").create_secret(
            Name="prod/db", SecretString="1", Tags=[{"Key": "tier", "Value": "gold"}]
        )
        yield aws


def guard(aws: NarratedAws, **condition: Any) -> Any:
    secrets = aws.client("secretsmanager", "mallory")
    secrets.put_resource_policy(SecretId="prod/db", ResourcePolicy=a_guard(**condition))
    return secrets


@pytest.mark.parametrize("form", ["Name", "ARN", "partial ARN"])
def test_a_guard_stops_a_deletion_however_the_secret_is_named(form: str, aws: NarratedAws) -> None:
    mallory = guard(aws)
    described = mallory.describe_secret(SecretId="prod/db")
    secret_id = described["ARN"][:-7] if form == "partial ARN" else described[form]

    with pytest.raises(ClientError, match=r"AccessDeniedException.*explicit deny in a resource-based policy"):
        mallory.delete_secret(SecretId=secret_id, ForceDeleteWithoutRecovery=True)

    assert mallory.describe_secret(SecretId="prod/db")["Name"] == "prod/db"
    record = aws.record("DeleteSecret")
    assert (record["errorCode"], record["requestParameters"]) == ("AccessDenied", None)
    assert f"on resource: {secret_id} " in record["errorMessage"]


def test_a_guard_cannot_be_taken_away_by_the_one_it_stops(aws: NarratedAws) -> None:
    mallory = guard(aws)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        mallory.delete_resource_policy(SecretId="prod/db")


def test_the_role_that_a_guard_spares_may_delete(aws: NarratedAws) -> None:
    guard(aws)

    spared = aws.client("secretsmanager", aws.as_role("break-glass", "ben", "/ops/"))
    spared.delete_secret(SecretId="prod/db", ForceDeleteWithoutRecovery=True)

    assert aws.record("DeleteSecret")["responseElements"]["name"] == "prod/db"


@pytest.mark.parametrize(("tier", "stopped"), [("gold", True), ("tin", False)])
def test_a_guard_may_look_at_the_secrets_tags(tier: str, stopped: object, aws: NarratedAws) -> None:
    mallory = guard(aws, StringEquals={"aws:ResourceTag/tier": tier})

    if stopped:
        with pytest.raises(ClientError, match="AccessDeniedException"):
            mallory.delete_secret(SecretId="prod/db")
    else:
        assert mallory.delete_secret(SecretId="prod/db")["Name"] == "prod/db"


def test_a_guard_that_the_stage_cannot_judge_is_refused_when_it_is_put(aws: NarratedAws) -> None:
    with pytest.raises(ClientError, match="cannot judge the condition key aws:SourceVpce in a Deny") as refused:
        guard(aws, StringNotEquals={"aws:SourceVpce": "vpce-0123456789abcdef0"})

    assert refused.value.response["Error"]["Code"] == "MalformedPolicyDocumentException"
    assert "ResourcePolicy" not in aws.client("secretsmanager").get_resource_policy(SecretId="prod/db")
