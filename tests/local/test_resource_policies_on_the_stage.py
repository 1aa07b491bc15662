"""A bucket's and a key's own policy are kept by everybody on the stage, root included, as AWS keeps them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.guarded import ROLE, Guarded, guarded_aws, refused, why_not
from local.narrated import REGION
from local.probes.world import refused as code_of
from nightlatch.local.aws.moto_server import ACCOUNT_ID

ROOT = f"arn:aws:iam::{ACCOUNT_ID}:root"
CONTEXT = {"product": "nightlatch"}
ADMINISTER = {
    "Effect": "Allow",
    "Principal": {"AWS": ROOT},
    "Action": ["kms:DescribeKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"],
    "Resource": "*",
}
BUCKET = "vault-111122223333"


@pytest.fixture
def guarded():
    with guarded_aws() as opened:
        yield opened


def a_document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def a_vault_key(guarded: Guarded) -> str:
    """Make a key that the account administers, and that the worker alone makes data keys with."""
    sealing = {
        "Effect": "Allow",
        "Principal": {"AWS": ROLE},
        "Action": "kms:GenerateDataKey",
        "Resource": "*",
        "Condition": {"StringEquals": {"kms:EncryptionContext:product": "nightlatch"}},
    }
    made = guarded.root("kms").create_key(Policy=a_document(ADMINISTER, sealing))
    return str(made["KeyMetadata"]["Arn"])


def test_whom_a_key_names_may_use_it_as_it_says_without_a_policy_of_their_own(guarded: Guarded) -> None:
    key, kms = a_vault_key(guarded), guarded.worker("kms")

    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=CONTEXT)

    with refused("AccessDeniedException", why_not("kms:GenerateDataKey", key)):
        kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext={"product": "other"})
    with refused("AccessDeniedException", why_not("kms:Decrypt", key)):
        kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)


def test_who_administers_a_key_cannot_use_it(guarded: Guarded) -> None:
    key = a_vault_key(guarded)
    sealed = guarded.worker("kms").generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=CONTEXT)
    blob: Any = {"CiphertextBlob": sealed["CiphertextBlob"], "EncryptionContext": CONTEXT}

    for caller in ("root", "ana"):
        with pytest.raises(ClientError, match="because no resource-based policy allows the kms:Decrypt action"):
            guarded.aws.client("kms", caller).decrypt(**blob)
        guarded.aws.client("kms", caller).describe_key(KeyId=key)
    assert code_of(guarded.root("kms").create_grant, KeyId=key, GranteePrincipal=ROLE, Operations=["Decrypt"])


def test_a_policy_of_ones_own_does_not_open_a_key_that_names_others(guarded: Guarded) -> None:
    key = a_vault_key(guarded)
    guarded.allow({"Action": "kms:*", "Resource": "*"})

    ending = "because no resource-based policy allows the {} action"
    with refused("AccessDeniedException", why_not("kms:Encrypt", key, ending)):
        guarded.worker("kms").encrypt(KeyId=key, Plaintext=b"p")
    guarded.worker("kms").describe_key(KeyId=key)  # the key leaves that to the account


def test_a_secret_under_a_key_that_names_others_is_not_read(guarded: Guarded) -> None:
    everything = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    key = guarded.root("kms").create_key(Policy=a_document(everything))["KeyMetadata"]["KeyId"]
    guarded.root("secretsmanager").create_secret(Name="prod/db", SecretString="v", KmsKeyId=key)
    secrets = guarded.aws.client("secretsmanager", "ana")
    assert secrets.get_secret_value(SecretId="prod/db")["SecretString"] == "v"

    guarded.root("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=a_document(ADMINISTER))

    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        secrets.get_secret_value(SecretId="prod/db")


def a_bucket(guarded: Guarded, *statements: dict[str, Any]) -> None:
    location: Any = {"LocationConstraint": REGION}
    guarded.root("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    guarded.root("s3").put_object(Bucket=BUCKET, Key="a", Body=b"sealed")
    guarded.root("s3").put_bucket_policy(Bucket=BUCKET, Policy=a_document(*statements))


def denying(action: str, **condition: Any) -> dict[str, Any]:
    resource = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    return {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource, "Condition": condition}


def test_a_bucket_that_lets_one_role_in_keeps_everybody_else_out(guarded: Guarded) -> None:
    a_bucket(guarded, denying("s3:GetObject", ArnNotEquals={"aws:PrincipalArn": ROLE}))
    guarded.allow({"Action": "s3:GetObject", "Resource": "*"})

    assert guarded.worker("s3").get_object(Bucket=BUCKET, Key="a")["Body"].read() == b"sealed"
    for caller in ("root", "ana"):
        with pytest.raises(ClientError, match="with an explicit deny in a resource-based policy"):
            guarded.aws.client("s3", caller).get_object(Bucket=BUCKET, Key="a")
        guarded.aws.client("s3", caller).list_objects_v2(Bucket=BUCKET)


def test_a_bucket_that_wants_tls_takes_what_comes_for_the_stage_stands_for_aws(guarded: Guarded) -> None:
    a_bucket(guarded, denying("s3:*", Bool={"aws:SecureTransport": "false"}))

    guarded.root("s3").put_object(Bucket=BUCKET, Key="b", Body=b"")


def test_a_denial_in_a_bucket_outweighs_what_a_role_is_allowed(guarded: Guarded) -> None:
    a_bucket(guarded, denying("s3:DeleteObject", ArnEquals={"aws:PrincipalArn": ROLE}))
    guarded.allow({"Action": "s3:*", "Resource": "*"})

    ending = "with an explicit deny in a resource-based policy"
    with refused("AccessDenied", why_not("s3:DeleteObject", f'"arn:aws:s3:::{BUCKET}/a"', ending)):
        guarded.worker("s3").delete_object(Bucket=BUCKET, Key="a")
    guarded.root("s3").delete_object(Bucket=BUCKET, Key="a")


def test_what_a_bucket_allows_needs_no_policy_of_ones_own(guarded: Guarded) -> None:
    allowing = {
        "Effect": "Allow",
        "Principal": {"AWS": ROLE},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
    }
    a_bucket(guarded, allowing)

    assert guarded.worker("s3").get_object(Bucket=BUCKET, Key="a")["Body"].read() == b"sealed"


def test_statements_about_services_are_about_nobody_who_calls(guarded: Guarded) -> None:
    service = {"Effect": "Deny", "Principal": {"Service": "events.amazonaws.com"}, "Action": "s3:*", "Resource": "*"}
    a_bucket(guarded, {**service, "Condition": {"StringNotEquals": {"aws:SourceOrgID": "o-example"}}})

    guarded.root("s3").get_object(Bucket=BUCKET, Key="a")


def test_a_bucket_policy_that_cannot_be_judged_lets_nothing_pass(guarded: Guarded) -> None:
    a_bucket(guarded, denying("s3:GetObject", IpAddress={"aws:SourceIp": "198.51.100.0/24"}))

    with pytest.raises(ClientError, match="the condition operator IpAddress"):
        guarded.root("s3").get_object(Bucket=BUCKET, Key="a")
