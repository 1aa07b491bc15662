"""Each call that the responder and the keeper may make is asked about what AWS asks about, and about nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.awslambda.models import LambdaFunction

from local.guarded import Guarded, guarded_aws, refused, why_not
from local.narrated import REGION, a_function
from local.probes.findings import a_finding
from nightlatch.local.aws.moto_server import ACCOUNT_ID

EVERYTHING = {"Action": "*", "Resource": "*"}
THERE = "eu-central-1"
POLICY = '{"Version":"2012-10-17","Statement":[]}'


@pytest.fixture
def guarded() -> Iterator[Guarded]:
    with guarded_aws() as opened:
        opened.allow(EVERYTHING)
        yield opened


@pytest.fixture
def arn(guarded: Guarded) -> str:
    return str(guarded.root("secretsmanager").create_secret(Name="prod/db", SecretString="v")["ARN"])


@pytest.fixture
def key(guarded: Guarded) -> str:
    return str(guarded.root("kms").create_key()["KeyMetadata"]["Arn"])


def keys_of(guarded: Guarded, action: str) -> dict[str, str]:
    """Give the condition keys with which an action was asked for last."""
    return dict([one.request.keys for one in guarded.judged if one.request.action == action][-1])


@pytest.mark.parametrize(
    ("operation", "arguments", "actions"),
    [
        ("put_secret_value", {"SecretString": "v2"}, ["PutSecretValue"]),
        ("update_secret", {"Description": "d"}, ["UpdateSecret"]),
        ("tag_resource", {"Tags": [{"Key": "team", "Value": "a"}]}, ["TagResource"]),
        ("untag_resource", {"TagKeys": ["team"]}, ["UntagResource"]),
        ("put_resource_policy", {"ResourcePolicy": POLICY}, ["PutResourcePolicy"]),
        ("delete_resource_policy", {}, ["DeleteResourcePolicy"]),
        ("get_resource_policy", {}, ["GetResourcePolicy"]),
        ("validate_resource_policy", {"ResourcePolicy": POLICY}, ["ValidateResourcePolicy", "PutResourcePolicy"]),
        ("replicate_secret_to_regions", {"AddReplicaRegions": [{"Region": THERE}]}, ["ReplicateSecretToRegions"]),
        ("remove_regions_from_replication", {"RemoveReplicaRegions": [THERE]}, ["RemoveRegionsFromReplication"]),
        ("get_secret_value", {}, ["GetSecretValue"]),
    ],
)
def test_a_secret_under_awss_own_key_needs_its_own_action_alone(
    guarded: Guarded, arn: str, operation: str, arguments: dict[str, Any], actions: list[str]
) -> None:
    getattr(guarded.worker("secretsmanager"), operation)(SecretId="prod/db", **arguments)

    assert guarded.needed() == [(f"secretsmanager:{action}", arn) for action in actions]


def test_rotating_needs_the_rotation_function_too(guarded: Guarded, arn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LambdaFunction, "invoke", lambda *_: "{}")
    function = a_function(guarded.aws)
    secrets = guarded.worker("secretsmanager")

    secrets.rotate_secret(SecretId=arn, RotationLambdaARN=function, RotateImmediately=False)
    secrets.rotate_secret(SecretId=arn, RotateImmediately=False)
    secrets.cancel_rotate_secret(SecretId=arn)

    once = [("secretsmanager:RotateSecret", arn), ("lambda:InvokeFunction", function)]
    assert guarded.needed() == [*once, *once, ("secretsmanager:CancelRotateSecret", arn)]
    assert keys_of(guarded, "secretsmanager:RotateSecret")["secretsmanager:rotateimmediately"] == "false"


def test_creating_with_tags_replicas_and_a_key_needs_the_rights_to_all_three(guarded: Guarded, key: str) -> None:
    guarded.worker("secretsmanager").create_secret(
        Name="prod/new",
        SecretString="v",
        KmsKeyId=key,
        Tags=[{"Key": "team", "Value": "a"}],
        AddReplicaRegions=[{"Region": THERE}],
    )

    unknown = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT_ID}:secret:prod/new"
    actions = ("CreateSecret", "TagResource", "ReplicateSecretToRegions")
    of_the_key = [("kms:GenerateDataKey", key), ("kms:Decrypt", key)]
    assert guarded.needed() == [*((f"secretsmanager:{each}", unknown) for each in actions), *of_the_key]
    asked = keys_of(guarded, "secretsmanager:CreateSecret")
    assert asked["secretsmanager:name"] == "prod/new"
    assert asked["secretsmanager:kmskeyarn"] == key
    assert asked["aws:requesttag/team"] == "a"
    assert "secretsmanager:secretid" not in asked


def test_a_key_of_ones_own_is_asked_with_the_encryption_context_of_the_secret(guarded: Guarded, key: str) -> None:
    made = guarded.root("secretsmanager").create_secret(Name="own", SecretString="v", KmsKeyId=key)

    guarded.worker("secretsmanager").get_secret_value(SecretId="own")

    asked = keys_of(guarded, "kms:Decrypt")
    assert asked["kms:encryptioncontext:secretarn"] == made["ARN"]
    assert asked["kms:encryptioncontext:secretversionid"] == made["VersionId"]
    assert asked["kms:viaservice"] == f"secretsmanager.{REGION}.amazonaws.com"


def test_changing_the_key_needs_the_new_key_and_changing_the_words_needs_none(guarded: Guarded, key: str) -> None:
    guarded.root("secretsmanager").create_secret(Name="own", SecretString="v")
    secrets = guarded.worker("secretsmanager")

    secrets.update_secret(SecretId="own", KmsKeyId=key)
    secrets.update_secret(SecretId="own", Description="words")

    assert [action for action, _ in guarded.needed()] == [
        "secretsmanager:UpdateSecret",
        "kms:GenerateDataKey",
        "kms:Decrypt",
        "kms:Encrypt",
        "secretsmanager:UpdateSecret",
    ]


def test_an_old_version_is_asked_about_with_the_key_that_it_is_under(guarded: Guarded, key: str) -> None:
    root = guarded.root("secretsmanager")
    old = root.create_secret(Name="own", SecretString="v", KmsKeyId=key)["VersionId"]
    root.put_secret_value(SecretId="own", SecretString="v2")
    root.update_secret_version_stage(SecretId="own", VersionStage="nightlatch/1", MoveToVersionId=old)
    root.update_secret_version_stage(SecretId="own", VersionStage="AWSPREVIOUS", RemoveFromVersionId=old)
    newer = guarded.root("kms").create_key()["KeyMetadata"]["Arn"]
    root.update_secret(SecretId="own", KmsKeyId=newer)

    guarded.worker("secretsmanager").get_secret_value(SecretId="own", VersionId=old)
    guarded.worker("secretsmanager").get_secret_value(SecretId="own")

    assert [resource for action, resource in guarded.needed() if action == "kms:Decrypt"] == [key, newer]


def test_an_explicit_denial_reaches_awss_own_key(guarded: Guarded, arn: str) -> None:
    via = {"StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}}
    guarded.allow(EVERYTHING, {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*", "Condition": via})

    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        guarded.worker("secretsmanager").get_secret_value(SecretId=arn)


def test_a_data_key_and_its_opening_are_asked_with_their_context_and_the_alias(guarded: Guarded, key: str) -> None:
    guarded.root("kms").create_alias(AliasName="alias/vault", TargetKeyId=key)
    kms, context = guarded.worker("kms"), {"secret": "prod/db"}

    made = kms.generate_data_key(KeyId="alias/vault", KeySpec="AES_256", EncryptionContext=context)
    kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=context)

    assert guarded.needed() == [("kms:GenerateDataKey", key), ("kms:Decrypt", key)]
    assert keys_of(guarded, "kms:GenerateDataKey")["kms:requestalias"] == "alias/vault"
    assert keys_of(guarded, "kms:Decrypt")["kms:encryptioncontext:secret"] == "prod/db"


def test_a_mac_is_asked_with_its_algorithm(guarded: Guarded) -> None:
    made = guarded.root("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]

    guarded.worker("kms").generate_mac(KeyId=made, Message=b"m", MacAlgorithm="HMAC_SHA_256")

    assert guarded.needed() == [("kms:GenerateMac", made)]
    assert keys_of(guarded, "kms:GenerateMac")["kms:macalgorithm"] == "HMAC_SHA_256"


def test_giving_a_key_back_needs_both_actions_on_the_key(guarded: Guarded, key: str) -> None:
    guarded.root("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)

    guarded.worker("kms").cancel_key_deletion(KeyId=key)
    guarded.worker("kms").enable_key(KeyId=key)
    guarded.worker("kms").describe_key(KeyId=key)

    assert guarded.needed() == [(f"kms:{name}", key) for name in ("CancelKeyDeletion", "EnableKey", "DescribeKey")]


BUCKET = "vault-111122223333"
OBJECT = f"arn:aws:s3:::{BUCKET}/copies/a b"


def a_bucket(guarded: Guarded, key: str) -> None:
    s3 = guarded.root("s3")
    location: Any = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location, ObjectLockEnabledForBucket=True)
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket=BUCKET,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )


def test_an_object_needs_its_action_and_the_key_of_its_bucket(guarded: Guarded, key: str) -> None:
    a_bucket(guarded, key)
    s3 = guarded.worker("s3")

    s3.put_object(Bucket=BUCKET, Key="copies/a b", Body=b"sealed", IfNoneMatch="*")
    assert s3.get_object(Bucket=BUCKET, Key="copies/a b")["Body"].read() == b"sealed"
    s3.head_object(Bucket=BUCKET, Key="copies/a b")
    s3.list_objects_v2(Bucket=BUCKET, Prefix="copies/")

    read = [("s3:GetObject", OBJECT), ("kms:Decrypt", key)]
    bucket = f"arn:aws:s3:::{BUCKET}"
    assert guarded.needed() == [
        ("s3:PutObject", OBJECT),
        ("kms:GenerateDataKey", key),
        *read,
        *read,
        ("s3:ListBucket", bucket),
    ]
    assert keys_of(guarded, "kms:Decrypt")["kms:encryptioncontext:aws:s3:arn"] == OBJECT
    assert keys_of(guarded, "s3:ListBucket")["s3:prefix"] == "copies/"


def test_an_object_that_is_not_there_is_asked_about_in_its_bucket(guarded: Guarded, key: str) -> None:
    a_bucket(guarded, key)

    with pytest.raises(ClientError) as raised:
        guarded.worker("s3").head_object(Bucket=BUCKET, Key="copies/none")
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    guarded.allow({"Action": "s3:GetObject", "Resource": "*"})
    with pytest.raises(ClientError) as raised:
        guarded.worker("s3").head_object(Bucket=BUCKET, Key="copies/none")
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_s3_refuses_in_its_own_words(guarded: Guarded, key: str) -> None:
    a_bucket(guarded, key)
    guarded.allow({"Action": "s3:GetObject", "Resource": "*"})

    with refused("AccessDenied", why_not("s3:PutObject", f'"{OBJECT}"')):
        guarded.worker("s3").put_object(Bucket=BUCKET, Key="copies/a b", Body=b"sealed")


def test_locking_an_object_needs_the_right_to_retain(guarded: Guarded, key: str) -> None:
    a_bucket(guarded, key)
    s3, until = guarded.worker("s3"), "2027-01-01T00:00:00Z"

    s3.put_object(
        Bucket=BUCKET, Key="copies/a b", Body=b"", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until
    )
    retention: Any = {"Mode": "GOVERNANCE", "RetainUntilDate": "2027-02-01T00:00:00Z"}
    s3.put_object_retention(Bucket=BUCKET, Key="copies/a b", Retention=retention)

    assert [each for each in guarded.needed() if each[0] == "s3:PutObjectRetention"] == [
        ("s3:PutObjectRetention", OBJECT)
    ] * 2
    assert keys_of(guarded, "s3:PutObjectRetention")["s3:object-lock-mode"] == "GOVERNANCE"


def test_the_policies_of_a_role_are_asked_about_by_the_roles_arn_with_its_path(guarded: Guarded) -> None:
    guarded.aws.as_role("reader", "session", path="/team/")
    iam = guarded.worker("iam")

    iam.put_role_policy(RoleName="reader", PolicyName="p", PolicyDocument=json.dumps(a_denial()))
    iam.get_role_policy(RoleName="reader", PolicyName="p")
    iam.delete_role_policy(RoleName="reader", PolicyName="p")
    iam.get_role(RoleName="reader")

    arn = f"arn:aws:iam::{ACCOUNT_ID}:role/team/reader"
    actions = ("PutRolePolicy", "GetRolePolicy", "DeleteRolePolicy", "GetRole")
    assert guarded.needed() == [(f"iam:{action}", arn) for action in actions]


def test_the_keys_of_a_user_are_asked_about_by_the_user(guarded: Guarded) -> None:
    guarded.aws.client("sts", "ana").get_caller_identity()
    access_key = guarded.aws.keys["ana"]["aws_access_key_id"]
    iam = guarded.worker("iam")

    iam.put_user_policy(UserName="ana", PolicyName="p", PolicyDocument=json.dumps(a_denial()))
    iam.delete_user_policy(UserName="ana", PolicyName="p")
    iam.list_access_keys(UserName="ana")
    iam.get_access_key_last_used(AccessKeyId=access_key)
    iam.update_access_key(UserName="ana", AccessKeyId=access_key, Status="Inactive")

    arn = f"arn:aws:iam::{ACCOUNT_ID}:user/ana"
    actions = ("PutUserPolicy", "DeleteUserPolicy", "ListAccessKeys", "GetAccessKeyLastUsed", "UpdateAccessKey")
    assert guarded.needed() == [(f"iam:{action}", arn) for action in actions]


def test_iam_refuses_with_the_name_of_the_role(guarded: Guarded) -> None:
    guarded.allow({"Action": "iam:GetRole", "Resource": f"arn:aws:iam::{ACCOUNT_ID}:role/none"})

    with refused("AccessDenied", why_not("iam:GetRole", "role reader")):
        guarded.worker("iam").get_role(RoleName="reader")


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("lambda", "list_functions", "lambda:ListFunctions"),
        ("iam", "list_policies", "iam:ListPolicies"),
        ("iam", "list_roles", "iam:ListRoles"),
    ],
)
def test_a_list_is_granted_as_a_whole(guarded: Guarded, service: str, operation: str, action: str) -> None:
    getattr(guarded.worker(service), operation)()

    assert guarded.needed() == [(action, "*")]


def test_an_alias_that_nobody_made_is_asked_about_by_its_own_name(guarded: Guarded) -> None:
    with pytest.raises(ClientError):
        guarded.worker("kms").describe_key(KeyId="alias/none")

    assert guarded.needed() == [("kms:DescribeKey", f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:alias/none")]


def a_denial() -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "secretsmanager:*", "Resource": "*"}],
    }


def test_telling_needs_the_bus_the_product_and_the_hub(guarded: Guarded) -> None:
    entry = {"Source": "nightlatch", "DetailType": "d", "Detail": "{}"}
    bus = guarded.root("events").create_event_bus(Name="security")["EventBusArn"]
    product = f"arn:aws:securityhub:{REGION}:{ACCOUNT_ID}:product/{ACCOUNT_ID}/default"
    events, hub = guarded.worker("events"), guarded.worker("securityhub")

    events.put_events(Entries=[{**entry, "EventBusName": bus}, {**entry, "EventBusName": "security"}, entry])
    hub.batch_import_findings(Findings=[a_finding("1", ProductArn=product)])
    hub.get_findings()
    hub.batch_update_findings(FindingIdentifiers=[{"Id": "1", "ProductArn": product}], Workflow={"Status": "RESOLVED"})

    assert guarded.needed() == [
        ("events:PutEvents", bus),
        ("events:PutEvents", f"arn:aws:events:{REGION}:{ACCOUNT_ID}:event-bus/default"),
        ("securityhub:BatchImportFindings", product),
        ("securityhub:GetFindings", f"arn:aws:securityhub:{REGION}:{ACCOUNT_ID}:hub/default"),
        ("securityhub:BatchUpdateFindings", f"arn:aws:securityhub:{REGION}:{ACCOUNT_ID}:hub/default"),
    ]
