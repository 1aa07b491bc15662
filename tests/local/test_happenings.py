"""What Secrets Manager does on its own account is told beside the call: labels, version deletes, rotations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.awslambda.models import LambdaFunction

from local.narrated import NOW, NarratedAws, a_function, narrated_aws


@pytest.fixture
def aws() -> Iterator[NarratedAws]:
    with narrated_aws() as aws:
        yield aws


@pytest.fixture
def secrets(aws: NarratedAws) -> Any:
    return aws.client("secretsmanager")


def test_every_label_move_is_told_save_those_of_the_service(aws: NarratedAws, secrets: Any) -> None:
    first = secrets.create_secret(Name="prod/db", SecretString="1")["VersionId"]
    second = secrets.put_secret_value(SecretId="prod/db", SecretString="2")["VersionId"]
    secrets.put_secret_value(SecretId="prod/db", SecretString="3", VersionStages=["AWSPENDING"])
    secrets.update_secret_version_stage(SecretId="prod/db", VersionStage="golden", MoveToVersionId=first)
    secrets.update_secret_version_stage(
        SecretId="prod/db", VersionStage="AWSCURRENT", MoveToVersionId=first, RemoveFromVersionId=second
    )

    moves = [(e["detail"]["labelUpdated"], e["detail"]["versionId"]) for e in aws.envelopes("Secret Label Updated")]

    assert moves == [("AWSCURRENT", first), ("AWSCURRENT", second), ("golden", first), ("AWSCURRENT", first)]


def test_a_refused_move_tells_no_label(aws: NarratedAws, secrets: Any) -> None:
    first = secrets.create_secret(Name="prod/db", SecretString="1")["VersionId"]
    secrets.put_secret_value(SecretId="prod/db", SecretString="2")
    told_before = len(aws.envelopes("Secret Label Updated"))

    with pytest.raises(ClientError):
        secrets.update_secret_version_stage(SecretId="prod/db", VersionStage="AWSCURRENT", MoveToVersionId=first)

    assert len(aws.envelopes("Secret Label Updated")) == told_before


def test_a_forced_deletion_ends_each_version_after_the_call(aws: NarratedAws, secrets: Any) -> None:
    secrets.create_secret(Name="prod/db", SecretString="1")
    secrets.put_secret_value(SecretId="prod/db", SecretString="2")
    aws.told.clear()

    secrets.delete_secret(SecretId="prod/db", ForceDeleteWithoutRecovery=True)

    names = [each["detail"]["eventName"] for each in aws.told]
    pair = ["StartSecretVersionDelete", "EndSecretVersionDelete"]
    assert names == ["DeleteSecret", *pair, *pair]
    assert aws.records("EndSecretVersionDelete")[0]["requestID"].endswith(":2026-03-02T09:00:00Z:Forced")


def test_a_recovery_window_ends_by_the_stages_clock_and_is_told(aws: NarratedAws, secrets: Any) -> None:
    secrets.create_secret(Name="prod/db", SecretString="1")
    secrets.delete_secret(SecretId="prod/db", RecoveryWindowInDays=7)

    aws.now = NOW.replace(day=8)
    aws.server.expire_deletions()
    assert aws.records("EndSecretVersionDelete") == []

    aws.now = NOW.replace(day=9)
    aws.server.expire_deletions()

    assert not aws.record("EndSecretVersionDelete")["requestID"].endswith(":Forced")
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.describe_secret(SecretId="prod/db")


def test_a_restored_secret_is_told_version_by_version(aws: NarratedAws, secrets: Any) -> None:
    secrets.create_secret(Name="prod/db", SecretString="1")
    secrets.put_secret_value(SecretId="prod/db", SecretString="2")
    secrets.delete_secret(SecretId="prod/db")

    secrets.restore_secret(SecretId="prod/db")

    assert len(aws.records("CancelSecretVersionDelete")) == 2


def test_a_rotation_is_told_around_the_calls_of_its_function(
    aws: NarratedAws, secrets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rotate(_function: object, body: str, *_: object) -> str:
        asked = json.loads(body)
        token = asked["ClientRequestToken"]
        if asked["Step"] == "createSecret":
            secrets.put_secret_value(
                SecretId="prod/db", ClientRequestToken=token, SecretString="2", VersionStages=["AWSPENDING"]
            )
        if asked["Step"] == "finishSecret":
            secrets.update_secret_version_stage(
                SecretId="prod/db", VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=first
            )
        return "null"

    first = secrets.create_secret(Name="prod/db", SecretString="1")["VersionId"]
    arn = a_function(aws)
    monkeypatch.setattr(LambdaFunction, "invoke", rotate)
    aws.told.clear()

    secrets.rotate_secret(SecretId="prod/db", RotationLambdaARN=arn)

    assert [each["detail"].get("eventName", "label") for each in aws.told] == [
        "RotationStarted",
        "PutSecretValue",
        "GenerateDataKey",
        "UpdateSecretVersionStage",
        "label",
        "RotateSecret",
        "RotationSucceeded",
    ]
    assert secrets.get_secret_value(SecretId="prod/db")["SecretString"] == "2"


def test_a_rotation_whose_function_does_nothing_has_failed(
    aws: NarratedAws, secrets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets.create_secret(Name="prod/db", SecretString="1")
    arn = a_function(aws)
    monkeypatch.setattr(LambdaFunction, "invoke", lambda *_: "null")

    secrets.rotate_secret(SecretId="prod/db", RotationLambdaARN=arn)

    assert aws.record("RotationFailed")["additionalEventData"]["SecretId"].startswith("arn:")
    with pytest.raises(secrets.exceptions.InvalidRequestException, match="previous rotation"):
        secrets.rotate_secret(SecretId="prod/db")
