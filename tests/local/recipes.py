"""Small scripts that make one call and give the record that the narrator wrote of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.narrated import NarratedAws, a_function

DENY_READS = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}],
    }
)


def a_secret(aws: NarratedAws, caller: str = "ana") -> tuple[Any, str]:
    secrets = aws.client("secretsmanager", caller)
    return secrets, str(aws.client("secretsmanager", "root").create_secret(Name="prod/db", SecretString="1")["ARN"])


def read_a_version(aws: NarratedAws) -> dict[str, Any]:
    secrets, arn = a_secret(aws)
    version_id = secrets.describe_secret(SecretId=arn)["VersionIdsToStages"]
    secrets.get_secret_value(SecretId=arn, VersionId=next(iter(version_id)))
    return aws.record("GetSecretValue")


def read_as(role: str, path: str = "/", **more: str) -> Callable[[NarratedAws], dict[str, Any]]:
    def read(aws: NarratedAws) -> dict[str, Any]:
        secrets, _ = a_secret(aws, aws.as_role(role, "ben", path))
        secrets.put_secret_value(SecretId="prod/db", SecretString="2")
        secrets.get_secret_value(SecretId="prod/db", **more)
        return aws.record("GetSecretValue")

    return read


def read_as_root(aws: NarratedAws) -> dict[str, Any]:
    secrets, _ = a_secret(aws, "root")
    secrets.get_secret_value(SecretId="prod/db")
    return aws.record("GetSecretValue")


def denied_read(aws: NarratedAws) -> dict[str, Any]:
    secrets, _ = a_secret(aws)
    secrets.put_resource_policy(SecretId="prod/db", ResourcePolicy=DENY_READS)
    with pytest.raises(secrets.exceptions.ClientError, match="AccessDeniedException"):
        secrets.get_secret_value(SecretId="prod/db")
    return aws.record("GetSecretValue")


def create(aws: NarratedAws) -> dict[str, Any]:
    aws.client("secretsmanager").create_secret(
        Name="prod/new", SecretString="1", Description="of the web shop", ForceOverwriteReplicaSecret=False
    )
    return aws.record("CreateSecret")


def put(aws: NarratedAws) -> dict[str, Any]:
    secrets, _ = a_secret(aws, aws.as_role("deploy", "run"))
    secrets.put_secret_value(SecretId="prod/db", SecretString="2")
    return aws.record("PutSecretValue")


def delete(**parameters: Any) -> Callable[[NarratedAws], dict[str, Any]]:
    def deletion(aws: NarratedAws) -> dict[str, Any]:
        secrets, arn = a_secret(aws)
        secrets.delete_secret(SecretId=arn, **parameters)
        return aws.record("DeleteSecret")

    return deletion


def put_policy(aws: NarratedAws) -> dict[str, Any]:
    secrets, arn = a_secret(aws, aws.as_role("deploy", "run"))
    secrets.put_resource_policy(SecretId=arn, ResourcePolicy=DENY_READS, BlockPublicPolicy=True)
    return aws.record("PutResourcePolicy")


def move_label(aws: NarratedAws) -> dict[str, Any]:
    secrets, arn = a_secret(aws, aws.as_role("deploy", "run"))
    first = next(iter(secrets.describe_secret(SecretId=arn)["VersionIdsToStages"]))
    second = secrets.put_secret_value(SecretId=arn, SecretString="2")["VersionId"]
    secrets.update_secret_version_stage(
        SecretId=arn, VersionStage="AWSCURRENT", MoveToVersionId=first, RemoveFromVersionId=second
    )
    return aws.record("UpdateSecretVersionStage")


def version_delete(name: str) -> Callable[[NarratedAws], dict[str, Any]]:
    def deletion(aws: NarratedAws) -> dict[str, Any]:
        delete(ForceDeleteWithoutRecovery=True)(aws)
        return aws.record(name)

    return deletion


def rotation(name: str) -> Callable[[NarratedAws], dict[str, Any]]:
    def rotate(aws: NarratedAws) -> dict[str, Any]:
        secrets, arn = a_secret(aws)
        secrets.rotate_secret(SecretId=arn, RotationLambdaARN=a_function(aws), RotateImmediately=False)
        return aws.record(name)

    return rotate


def label(aws: NarratedAws) -> dict[str, Any]:
    a_secret(aws)
    (envelope,) = aws.envelopes("Secret Label Updated")
    return envelope


def batch(aws: NarratedAws) -> dict[str, Any]:
    aws.client("secretsmanager").batch_get_secret_value(Filters=[{"Key": "tag-key", "Values": ["!none"]}])
    return aws.record("BatchGetSecretValue")


def stop_logging(aws: NarratedAws) -> dict[str, Any]:
    s3 = aws.client("s3", "root", "us-east-1")
    s3.create_bucket(Bucket="our-trail")
    trail = aws.client("cloudtrail")
    trail.create_trail(Name="main", S3BucketName="our-trail")
    trail.stop_logging(Name="main")
    return aws.record("StopLogging")


def assume(aws: NarratedAws) -> dict[str, Any]:
    aws.as_role("web-shop", "ana")
    aws.told.clear()
    arn = "arn:aws:iam::111122223333:role/web-shop"
    aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="ana", DurationSeconds=900)
    return aws.record("AssumeRole")


def create_key(aws: NarratedAws) -> dict[str, Any]:
    aws.client("iam", "ana").create_access_key(UserName="ana")
    return aws.records("CreateAccessKey")[-1]


def new_code(aws: NarratedAws) -> dict[str, Any]:
    arn = a_function(aws)
    aws.client("lambda", aws.as_role("deploy", "run")).update_function_code(FunctionName=arn, ZipFile=b"PK")
    return aws.record("UpdateFunctionCode20150331v2")
