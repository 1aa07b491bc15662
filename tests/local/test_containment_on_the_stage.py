"""What contains a principal on AWS contains it on the stage: a Deny, a revocation, a key that is switched off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.narrated import NOW, REGION, NarratedAws, narrated_aws
from local.probes.world import refused
from nightlatch.local.aws.moto_server import ACCOUNT_ID
from nightlatch.local.permissions.guard import CODE, Guard

VIA = {"StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}}
NO_SECRETS = {"Effect": "Deny", "Action": "secretsmanager:*", "Resource": "*"}
NO_OPENING = {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*", "Condition": VIA}
REVOKED = {
    "Effect": "Deny",
    "Action": "*",
    "Resource": "*",
    "Condition": {"DateLessThan": {"aws:TokenIssueTime": f"{NOW + timedelta(seconds=30):%Y-%m-%dT%H:%M:%SZ}"}},
}


def a_document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def aws() -> Iterator[NarratedAws]:
    with narrated_aws() as aws:
        aws.client("secretsmanager", "root").create_secret(Name="prod/db", SecretString="v")
        aws.as_role("app", "pod")
        yield aws


@pytest.fixture
def iam(aws: NarratedAws) -> Any:
    return aws.client("iam", "root")


def read(aws: NarratedAws, caller: str) -> str | None:
    return refused(aws.client("secretsmanager", caller).get_secret_value, SecretId="prod/db")


def contain(iam: Any, *statements: dict[str, Any], role: str = "app") -> None:
    iam.put_role_policy(RoleName=role, PolicyName="nightlatch-contained", PolicyDocument=a_document(*statements))


def test_a_narrow_denial_stops_a_role_at_secrets_and_nowhere_else(aws: NarratedAws, iam: Any) -> None:
    assert read(aws, "app") is None

    contain(iam, NO_SECRETS)

    secrets = aws.client("secretsmanager", "app")
    assert read(aws, "app") == "AccessDeniedException"
    assert refused(secrets.batch_get_secret_value, SecretIdList=["prod/db"]) == "AccessDeniedException"
    assert refused(secrets.list_secrets) == "AccessDeniedException"
    assert refused(secrets.delete_secret, SecretId="prod/db") == "AccessDeniedException"
    assert refused(aws.client("sqs", "app").list_queues) is None
    iam.delete_role_policy(RoleName="app", PolicyName="nightlatch-contained")
    assert read(aws, "app") is None


def test_a_denied_call_is_told_in_awss_words(aws: NarratedAws, iam: Any) -> None:
    contain(iam, NO_SECRETS)

    read(aws, "app")

    record = aws.records("GetSecretValue")[-1]
    user = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/app/pod"
    assert record["errorCode"] == "AccessDenied"
    assert record["errorMessage"] == (
        f"User: {user} is not authorized to perform: secretsmanager:GetSecretValue on resource: prod/db "
        "with an explicit deny in an identity-based policy"
    )
    assert record["requestParameters"] is None


def test_to_deny_decryption_by_way_of_the_service_stops_reads_under_awss_own_key_too(
    aws: NarratedAws, iam: Any
) -> None:
    contain(iam, NO_OPENING)
    secrets = aws.client("secretsmanager", "app")

    with pytest.raises(ClientError, match="Access to KMS is not allowed"):
        secrets.get_secret_value(SecretId="prod/db")

    assert refused(secrets.describe_secret, SecretId="prod/db") is None


def test_a_revocation_ends_the_sessions_there_were_and_not_the_next(aws: NarratedAws, iam: Any) -> None:
    contain(iam, REVOKED)

    assert read(aws, "app") == "AccessDeniedException"
    assert refused(aws.client("sqs", "app").list_queues) == "AccessDenied"
    aws.now += timedelta(minutes=1)
    role = f"arn:aws:iam::{ACCOUNT_ID}:role/app"
    lent = aws.client("sts", "ana").assume_role(RoleArn=role, RoleSessionName="pod")["Credentials"]
    aws.keys["again"] = {
        "aws_access_key_id": lent["AccessKeyId"],
        "aws_secret_access_key": lent["SecretAccessKey"],
        "aws_session_token": lent["SessionToken"],
    }
    assert read(aws, "again") is None
    assert read(aws, "app") == "AccessDeniedException"


def test_a_revocation_says_nothing_to_the_keys_of_a_user(aws: NarratedAws, iam: Any) -> None:
    assert read(aws, "ana") is None
    iam.put_user_policy(UserName="ana", PolicyName="revoked", PolicyDocument=a_document(REVOKED))

    assert read(aws, "ana") is None


def test_a_user_is_denied_by_a_policy_of_its_own_of_its_group_or_attached(aws: NarratedAws, iam: Any) -> None:
    for name in ("ana", "ben", "mallory", "eve"):
        assert read(aws, name) is None
    iam.put_user_policy(UserName="ana", PolicyName="p", PolicyDocument=a_document(NO_SECRETS))
    iam.create_group(GroupName="suspects")
    iam.put_group_policy(GroupName="suspects", PolicyName="p", PolicyDocument=a_document(NO_SECRETS))
    iam.add_user_to_group(GroupName="suspects", UserName="ben")
    arn = iam.create_policy(PolicyName="none", PolicyDocument=a_document(NO_SECRETS))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="mallory", PolicyArn=arn)

    denied = {name: read(aws, name) for name in ("ana", "ben", "mallory", "eve")}

    refusal = "AccessDeniedException"
    assert denied == {"ana": refusal, "ben": refusal, "mallory": refusal, "eve": None}
    iam.delete_user_policy(UserName="ana", PolicyName="p")
    assert read(aws, "ana") is None


def test_who_one_is_may_be_asked_whatever_is_denied(aws: NarratedAws, iam: Any) -> None:
    contain(iam, {"Effect": "Deny", "Action": "*", "Resource": "*"})

    assert aws.client("sts", "app").get_caller_identity()["Arn"].endswith("assumed-role/app/pod")


def test_one_session_is_denied_by_its_user_id(aws: NarratedAws, iam: Any) -> None:
    role_id = iam.get_role(RoleName="app")["Role"]["RoleId"]
    contain(iam, {**NO_SECRETS, "Condition": {"StringEquals": {"aws:userid": f"{role_id}:other"}}})
    assert read(aws, "app") is None

    contain(iam, {**NO_SECRETS, "Condition": {"StringEquals": {"aws:userid": f"{role_id}:pod"}}})

    assert read(aws, "app") == "AccessDeniedException"


def test_a_denial_that_the_stage_cannot_judge_is_an_error_and_an_allow_is_not_read(aws: NarratedAws, iam: Any) -> None:
    odd = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
    contain(iam, {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": odd}, NO_SECRETS)
    assert read(aws, "app") == "AccessDeniedException"

    contain(iam, {**NO_SECRETS, "Condition": odd})

    assert read(aws, "app") == CODE


def test_what_moto_does_not_know_is_not_taken_for_a_judgement() -> None:
    def broken(_environ: object, _start: object) -> list[bytes]:
        raise NotImplementedError

    guard = Guard(broken)

    with pytest.raises(NotImplementedError):
        guard({"HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential=k/20260302/{REGION}/sqs/aws4_request"}, None)
    assert guard.failures == []


def test_a_role_that_nobody_made_is_denied_nothing(aws: NarratedAws) -> None:
    arn = f"arn:aws:iam::{ACCOUNT_ID}:role/unmade"
    lent = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="pod")["Credentials"]
    aws.keys["unmade"] = {
        "aws_access_key_id": lent["AccessKeyId"],
        "aws_secret_access_key": lent["SecretAccessKey"],
        "aws_session_token": lent["SessionToken"],
    }

    assert read(aws, "unmade") is None


def test_a_key_that_is_switched_off_opens_nothing_and_leaves_no_record(aws: NarratedAws, iam: Any) -> None:
    assert read(aws, "ana") is None
    key = aws.keys["ana"]["aws_access_key_id"]
    iam.update_access_key(UserName="ana", AccessKeyId=key, Status="Inactive")
    told = len(aws.told)

    assert read(aws, "ana") == "UnrecognizedClientException"
    assert refused(aws.client("iam", "ana").list_users) == "InvalidClientTokenId"
    assert refused(aws.client("sts", "ana").get_caller_identity) == "InvalidClientTokenId"
    assert refused(aws.client("s3", "ana").list_buckets) == "InvalidAccessKeyId"
    assert refused(aws.client("lambda", "ana").list_functions) == "UnrecognizedClientException"
    assert len(aws.told) == told
    assert [one["Status"] for one in iam.list_access_keys(UserName="ana")["AccessKeyMetadata"]] == ["Inactive"]
    iam.update_access_key(UserName="ana", AccessKeyId=key, Status="Active")
    assert read(aws, "ana") is None


def test_when_a_key_was_used_last_can_be_asked(aws: NarratedAws, iam: Any) -> None:
    read(aws, "ana")

    used = iam.get_access_key_last_used(AccessKeyId=aws.keys["ana"]["aws_access_key_id"])

    assert used["UserName"] == "ana"
    assert (used["AccessKeyLastUsed"]["ServiceName"], used["AccessKeyLastUsed"]["Region"]) == ("secretsmanager", REGION)
    assert used["AccessKeyLastUsed"]["LastUsedDate"] == NOW


POLICY = a_document(NO_SECRETS)


@pytest.mark.parametrize(
    ("operation", "arguments", "told"),
    [
        (
            "put_role_policy",
            {"RoleName": "app", "PolicyName": "p", "PolicyDocument": POLICY},
            {"roleName": "app", "policyName": "p", "policyDocument": POLICY},
        ),
        ("get_role_policy", {"RoleName": "app", "PolicyName": "p"}, {"roleName": "app", "policyName": "p"}),
        ("delete_role_policy", {"RoleName": "app", "PolicyName": "p"}, {"roleName": "app", "policyName": "p"}),
        (
            "put_user_policy",
            {"UserName": "ana", "PolicyName": "p", "PolicyDocument": POLICY},
            {"userName": "ana", "policyName": "p", "policyDocument": POLICY},
        ),
        ("delete_user_policy", {"UserName": "ana", "PolicyName": "p"}, {"userName": "ana", "policyName": "p"}),
        ("list_access_keys", {"UserName": "ana"}, {"userName": "ana"}),
        ("get_role", {"RoleName": "app"}, {"roleName": "app"}),
    ],
)
def test_what_contains_is_told_where_aws_tells_of_iam(
    aws: NarratedAws, iam: Any, operation: str, arguments: dict[str, str], told: dict[str, str]
) -> None:
    aws.client("sts", "ana").get_caller_identity()
    contain(iam, NO_SECRETS)
    iam.put_role_policy(RoleName="app", PolicyName="p", PolicyDocument=POLICY)
    iam.put_user_policy(UserName="ana", PolicyName="p", PolicyDocument=POLICY)
    aws.told.clear()

    getattr(iam, operation)(**arguments)

    (envelope,) = aws.told
    record = envelope["detail"]
    assert (envelope["region"], record["awsRegion"], record["eventSource"]) == (
        "us-east-1",
        "us-east-1",
        "iam.amazonaws.com",
    )
    assert record["requestParameters"] == told
    assert record["responseElements"] is None
    assert record["readOnly"] is operation.startswith(("get", "list"))


def test_switching_a_key_off_is_told_with_the_key_and_its_state(aws: NarratedAws, iam: Any) -> None:
    read(aws, "ana")
    key = aws.keys["ana"]["aws_access_key_id"]

    iam.update_access_key(UserName="ana", AccessKeyId=key, Status="Inactive")
    iam.get_access_key_last_used(AccessKeyId=key)

    record = aws.record("UpdateAccessKey")
    assert record["requestParameters"] == {"userName": "ana", "accessKeyId": key, "status": "Inactive"}
    assert (record["readOnly"], record["responseElements"], record["awsRegion"]) == (False, None, "us-east-1")
    assert aws.record("GetAccessKeyLastUsed")["requestParameters"] == {"accessKeyId": key}
