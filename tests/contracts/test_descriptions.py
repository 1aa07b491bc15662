"""A secret's metadata are read whole, without its value; on the fake, on moto, and where only AWS can answer so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from fakes import ACCOUNT, REGION
from fakes_snapshots import V1, FakeDescriptions, an_arn, metadata_of
from nightlatch.adapters.snapshots.descriptions import AwsDescriptions
from nightlatch.domain.errors import NotFound, Refused, Unavailable
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.secret.metadata import ReplicaSettings, RotationSettings
from worlds import a_client, on_moto

POLICY = '{"Version": "2012-10-17",  "Statement": []}'
FULL = {
    "ARN": an_arn(),
    "Name": "prod/db",
    "Description": "of orders",
    "KmsKeyId": "alias/orders",
    "RotationEnabled": True,
    "RotationLambdaARN": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate",
    "RotationRules": {"ScheduleExpression": "rate(4 days)", "Duration": "3h"},
    "Tags": [{"Key": "team", "Value": "orders"}, {"Key": "env", "Value": "prod"}],
    "VersionIdsToStages": {V1: ["AWSCURRENT"]},
    "PrimaryRegion": REGION,
    "ReplicationStatus": [{"Region": "us-east-1", "KmsKeyId": "k"}, {"Region": "eu-central-1", "Status": "Failed"}],
    "LastChangedDate": datetime(2026, 3, 2, 9, tzinfo=UTC),
}


def ref(text: str = "prod/db", region: str = REGION) -> SecretRef:
    return secret_ref(text, account_id=ACCOUNT, region=region)


@pytest.fixture(params=["fake", "moto"])
def port(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    tags = (("env", "prod"), ("team", "orders"))
    if request.param == "fake":
        fake = FakeDescriptions()
        fake.put(metadata_of(description="of orders", tags=tags, policy_text=POLICY))
        yield fake
        return
    with on_moto(monkeypatch):
        client = a_client("secretsmanager")
        listed = [{"Key": key, "Value": value} for key, value in reversed(tags)]
        client.create_secret(Name="prod/db", SecretString="planted", Description="of orders", Tags=listed)
        client.put_resource_policy(SecretId="prod/db", ResourcePolicy=POLICY)
        yield AwsDescriptions(client)


def test_description_tags_and_policy_are_read_as_they_are(port: Any) -> None:
    found = port.describe(ref())

    assert (found.metadata.name, found.metadata.description) == ("prod/db", "of orders")
    assert found.metadata.tags == (("env", "prod"), ("team", "orders"))
    assert found.metadata.policy_text == POLICY
    assert found.holder("AWSCURRENT") is not None
    assert found.deleted_at is None


def test_a_secret_that_is_not_there_is_told(port: Any) -> None:
    with pytest.raises(NotFound, match="prod/none"):
        port.describe(ref("prod/none"))


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[AwsDescriptions, Stubber]]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    client = boto3.client("secretsmanager", region_name=REGION)
    with Stubber(client) as stub:
        yield AwsDescriptions(client), stub


def test_everything_that_aws_says_beside_the_value_is_kept(stubbed: tuple[AwsDescriptions, Stubber]) -> None:
    port, stub = stubbed
    stub.add_response("describe_secret", FULL)
    stub.add_response("get_resource_policy", {"ARN": an_arn(), "Name": "prod/db"})

    found = port.describe(ref())

    assert found.metadata == metadata_of(
        description="of orders",
        tags=(("env", "prod"), ("team", "orders")),
        key_id="alias/orders",
        rotation=RotationSettings(
            enabled=True, lambda_arn=str(FULL["RotationLambdaARN"]), schedule="rate(4 days)", duration="3h"
        ),
        replicas=(ReplicaSettings(region="eu-central-1"), ReplicaSettings(region="us-east-1", key_id="k")),
        primary_region=REGION,
    )
    assert found.changed_at == FULL["LastChangedDate"]


def test_a_secret_that_waits_to_be_deleted_is_not_asked_for_its_policy(
    stubbed: tuple[AwsDescriptions, Stubber],
) -> None:
    port, stub = stubbed
    deleted_at = datetime(2026, 4, 1, tzinfo=UTC)
    stub.add_response("describe_secret", {**FULL, "DeletedDate": deleted_at})

    assert port.describe(ref()).deleted_at == deleted_at
    stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("operation", "code", "meaning", "said"),
    [
        ("describe_secret", "AccessDeniedException", Refused, "add secretsmanager:DescribeSecret"),
        ("get_resource_policy", "AccessDeniedException", Refused, "add secretsmanager:GetResourcePolicy"),
        ("get_resource_policy", "ThrottlingException", Unavailable, "try again later"),
        ("describe_secret", "InternalServiceError", Unavailable, "try again later"),
    ],
)
def test_what_aws_refuses_is_told_with_the_next_step(
    stubbed: tuple[AwsDescriptions, Stubber], operation: str, code: str, meaning: type[Exception], said: str
) -> None:
    port, stub = stubbed
    if operation == "get_resource_policy":
        stub.add_response("describe_secret", FULL)
    stub.add_client_error(operation, code)

    with pytest.raises(meaning, match=said):
        port.describe(ref())


def test_a_secret_of_another_region_is_not_looked_for_here(stubbed: tuple[AwsDescriptions, Stubber]) -> None:
    with pytest.raises(Refused, match="look there"):
        stubbed[0].describe(ref(region="us-east-1"))
