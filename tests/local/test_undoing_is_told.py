"""Every call that undoes, guards or keeps is told as CloudTrail tells it: words in clear, values never, keys beside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.awslambda.models import LambdaFunction

from local.narrated import REGION, NarratedAws, a_function, narrated_aws
from local.probes.world import refused

PLANTED = "correct-horse-battery-staple"
POLICY = '{"Version":"2012-10-17","Statement":[]}'
THERE = "eu-central-1"
TAGS = [{"Key": "team", "Value": "a"}]
RECORDS = Path(__file__).parent.parent / "records"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[NarratedAws]:
    monkeypatch.setattr(LambdaFunction, "invoke", lambda *_: "null")  # moto's own would look for Docker
    with narrated_aws() as aws:
        yield aws


@pytest.fixture
def secrets(aws: NarratedAws) -> Any:
    return aws.client("secretsmanager")


@pytest.fixture
def arn(aws: NarratedAws) -> str:
    return str(aws.client("secretsmanager", "root").create_secret(Name="prod/db", SecretString=PLANTED)["ARN"])


CALLS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "UpdateSecret": ({"Description": "of the shop"}, {"description": "of the shop"}),
    "TagResource": ({"Tags": TAGS}, {"tags": [{"key": "team", "value": "a"}]}),
    "UntagResource": ({"TagKeys": ["team"]}, {"tagKeys": ["team"]}),
    "PutResourcePolicy": (
        {"ResourcePolicy": POLICY, "BlockPublicPolicy": True},
        {"resourcePolicy": POLICY, "blockPublicPolicy": True},
    ),
    "DeleteResourcePolicy": ({}, {}),
    "ReplicateSecretToRegions": (
        {"AddReplicaRegions": [{"Region": THERE}], "ForceOverwriteReplicaSecret": False},
        {"addReplicaRegions": [{"region": THERE}], "forceOverwriteReplicaSecret": False},
    ),
    "RemoveRegionsFromReplication": ({"RemoveReplicaRegions": [THERE]}, {"removeReplicaRegions": [THERE]}),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_write_without_a_value_is_told_whole(name: str, aws: NarratedAws, secrets: Any, arn: str) -> None:
    asked, told = CALLS[name]
    operation = {"UpdateSecret": "update_secret", "TagResource": "tag_resource", "UntagResource": "untag_resource"}
    snake = operation.get(name) or "".join(f"_{c.lower()}" if c.isupper() else c for c in name).removeprefix("_")

    getattr(secrets, snake)(SecretId="prod/db", **asked)

    record = aws.record(name)
    request = {key: value for key, value in record["requestParameters"].items() if key != "clientRequestToken"}
    assert request == {"secretId": "prod/db", **told}
    assert record["readOnly"] is False
    assert arn in {None, *(record["responseElements"] or {"arn": arn}).values()}


def test_what_only_looks_is_told_as_reading(aws: NarratedAws, secrets: Any, arn: str) -> None:
    secrets.get_resource_policy(SecretId=arn)
    secrets.validate_resource_policy(SecretId=arn, ResourcePolicy=POLICY)

    for name in ("GetResourcePolicy", "ValidateResourcePolicy"):
        assert (aws.record(name)["readOnly"], aws.record(name)["responseElements"]) == (True, None)
    assert aws.record("ValidateResourcePolicy")["requestParameters"] == {"secretId": arn, "resourcePolicy": POLICY}


def test_a_secret_made_again_is_told_with_all_but_its_value(aws: NarratedAws, secrets: Any) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]

    secrets.create_secret(
        Name="prod/db",
        SecretString=PLANTED,
        Description="of the shop",
        KmsKeyId=key,
        Tags=TAGS,
        AddReplicaRegions=[{"Region": THERE}],
    )

    request = aws.record("CreateSecret")["requestParameters"]
    assert {name: value for name, value in request.items() if name != "clientRequestToken"} == {
        "name": "prod/db",
        "description": "of the shop",
        "kmsKeyId": key,
        "tags": [{"key": "team", "value": "a"}],
        "addReplicaRegions": [{"region": THERE}],
    }
    assert PLANTED not in json.dumps(aws.told)


def test_a_schedule_given_back_is_told_with_its_rules_and_its_test(aws: NarratedAws, secrets: Any, arn: str) -> None:
    function, rules = a_function(aws), {"ScheduleExpression": "cron(0 8 1 * ? *)", "Duration": "3h"}

    secrets.rotate_secret(SecretId=arn, RotationLambdaARN=function, RotationRules=rules, RotateImmediately=False)
    secrets.cancel_rotate_secret(SecretId=arn)

    request = aws.record("RotateSecret")["requestParameters"]
    assert request["rotationLambdaARN"] == function
    assert request["rotationRules"] == {"scheduleExpression": "cron(0 8 1 * ? *)", "duration": "3h"}
    assert request["rotateImmediately"] is False
    assert aws.record("TestRotationSucceeded")["additionalEventData"] == {"SecretId": arn}
    assert aws.record("CancelRotateSecret")["requestParameters"] == {"secretId": arn}


def test_replication_is_told_by_the_service_and_so_is_its_failure(aws: NarratedAws, secrets: Any, arn: str) -> None:
    aws.client("secretsmanager", region=THERE).create_secret(Name="prod/db", SecretString=PLANTED)

    secrets.replicate_secret_to_regions(SecretId=arn, AddReplicaRegions=[{"Region": THERE}, {"Region": "eu-west-3"}])

    assert [len(aws.records(f"Replication{end}")) for end in ("Started", "Succeeded", "Failed")] == [2, 1, 1]
    record = aws.record("ReplicationFailed")
    assert record["additionalEventData"] == {"ARN": arn, "Name": "prod/db"}
    assert (record["eventType"], record["awsRegion"]) == ("AwsServiceEvent", REGION)


def test_a_replica_that_is_cut_loose_is_told_where_it_is(aws: NarratedAws, secrets: Any, arn: str) -> None:
    secrets.replicate_secret_to_regions(SecretId=arn, AddReplicaRegions=[{"Region": THERE}])

    aws.client("secretsmanager", region=THERE).stop_replication_to_replica(SecretId="prod/db")

    record = aws.record("StopReplicationToReplica")
    assert (record["awsRegion"], record["requestParameters"]) == (THERE, {"secretId": "prod/db"})
    assert record["responseElements"] == {"arn": arn.replace(REGION, THERE)}


def test_a_read_has_a_second_witness_in_the_key(aws: NarratedAws, arn: str) -> None:
    aws.as_role("app", "pod")
    version = aws.client("secretsmanager", "root").describe_secret(SecretId=arn)["VersionIdsToStages"]
    aws.told.clear()

    aws.client("secretsmanager", "app").get_secret_value(SecretId="prod/db")

    expected = json.loads((RECORDS / "parse_kms_decrypt.json").read_text("utf-8"))
    read, use = aws.record("GetSecretValue"), aws.record("Decrypt")
    assert set(use) == set(expected)
    assert set(use["userIdentity"]) == set(expected["userIdentity"])
    assert set(use["requestParameters"]) == set(expected["requestParameters"])
    assert use["requestParameters"]["encryptionContext"] == {"SecretARN": arn, "SecretVersionId": next(iter(version))}
    assert use["userIdentity"]["arn"] == read["userIdentity"]["arn"]
    assert use["userIdentity"]["accessKeyId"] != read["userIdentity"]["accessKeyId"]
    assert (use["sourceIPAddress"], use["userIdentity"]["invokedBy"]) == ("secretsmanager.amazonaws.com",) * 2
    assert use["resources"][0]["ARN"].startswith(f"arn:aws:kms:{REGION}:111122223333:key/")


def uses(aws: NarratedAws) -> list[tuple[str, str]]:
    """List what KMS was asked to do by way of Secrets Manager, and for which version."""
    return [
        (each["detail"]["eventName"], each["detail"]["requestParameters"]["encryptionContext"]["SecretVersionId"])
        for each in aws.told
        if each["detail"].get("userIdentity", {}).get("invokedBy") and each["source"] == "aws.kms"
    ]


def test_a_new_key_is_tried_and_then_encrypts_what_the_service_labels(aws: NarratedAws, secrets: Any) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    version = secrets.create_secret(Name="own", SecretString=PLANTED)["VersionId"]
    assert uses(aws) == [("GenerateDataKey", version)]
    aws.told.clear()

    secrets.update_secret(SecretId="own", KmsKeyId=key)

    trial = "RequestToValidateKeyAccess"
    assert uses(aws) == [
        ("GenerateDataKey", trial),
        ("Decrypt", trial),
        ("Decrypt", version),
        ("Encrypt", version),
    ]


def test_a_batch_uses_the_key_of_each_secret(aws: NarratedAws, secrets: Any, arn: str) -> None:
    other = secrets.create_secret(Name="other", SecretString=PLANTED)["VersionId"]
    aws.told.clear()

    secrets.batch_get_secret_value(SecretIdList=[arn, "other"])

    assert [name for name, _ in uses(aws)] == ["Decrypt", "Decrypt"]
    assert other in {version for _, version in uses(aws)}


def test_a_refused_read_uses_no_key(aws: NarratedAws, secrets: Any, arn: str) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    secrets.put_resource_policy(SecretId=arn, ResourcePolicy=json.dumps({"Statement": deny}))
    aws.told.clear()

    assert refused(secrets.get_secret_value, SecretId=arn) == "AccessDeniedException"

    assert uses(aws) == []
