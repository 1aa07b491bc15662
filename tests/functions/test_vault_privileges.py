"""Who puts into the vault cannot open it, who opens it cannot put in or remove, and nobody else can do either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from functions.transformed import many, policies_of, resource, resources, source, target, template

ROLES = resources("AWS::IAM::Role")
VAULT_KEY, HMAC_KEY = {"Fn::GetAtt": ["VaultKey", "Arn"]}, {"Fn::GetAtt": ["FingerprintKey", "Arn"]}
OBJECTS = {"Fn::Sub": "${VaultBucket.Arn}/*"}
CRYPTOGRAPHY = {
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateDataKeyPair",
    "kms:GenerateMac",
    "kms:VerifyMac",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:CreateGrant",  # lets somebody else do any of these
}
OF_THE_VAULT = [
    name
    for name, one in source()["Resources"].items()
    if name.startswith(("Vault", "Fingerprint", "Drill", "KeeperVault", "ResponderVault", "NotRestorable"))
]


def rights(role: str, effect: str) -> set[tuple[str, str]]:
    """Give what a role may do, or may never do, each with where."""
    return {
        (action, str(where))
        for document, _ in policies_of(role)
        for entry in document["Statement"]
        for statement in [entry["Fn::If"][1] if "Fn::If" in entry else entry]
        if statement["Effect"] == effect
        for action in many(statement["Action"])
        for where in many(statement["Resource"])
    }


def on_vault(role: str, effect: str) -> set[str]:
    """Name what a role may do, or may never do, on the vault's key or its objects."""
    return {action for action, where in rights(role, effect) if where == str(VAULT_KEY) or "VaultBucket" in where}


def test_the_keeper_puts_in_and_cannot_open_take_out_or_remove() -> None:
    assert on_vault("KeeperRole", "Allow") == {"kms:GenerateDataKey", "s3:PutObject"}
    assert on_vault("KeeperRole", "Deny") == {
        "kms:Decrypt", "s3:GetObject", "s3:GetObjectVersion", "s3:DeleteObject", "s3:DeleteObjectVersion"
    }  # fmt: skip


def test_the_responder_opens_and_cannot_put_in_or_remove() -> None:
    assert on_vault("ResponderRole", "Allow") == {"kms:Decrypt", "s3:GetObjectVersion"}
    assert {
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "kms:GenerateDataKey",
        "kms:Encrypt",
    } <= on_vault("ResponderRole", "Deny")


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"KeeperRole", "ResponderRole"}))
def test_nobody_else_has_any_right_on_the_vault(role: str) -> None:
    allowed = rights(role, "Allow")

    assert on_vault(role, "Allow") == set()
    assert not {action for action, where in allowed if where == str(HMAC_KEY) or action.startswith("s3:")}


def test_the_keeper_reads_values_of_named_secrets_of_this_account_alone() -> None:
    ((document, condition),) = [one for one in policies_of("KeeperRole") if one[1]]
    by_sid = {statement["Sid"]: statement for statement in document["Statement"]}
    reads, decrypts = by_sid["ReadValuesOfNamedSecrets"], by_sid["DecryptThemBySecretsManagerAlone"]
    named = {"Fn::Split": [",", {"Ref": "VaultSecrets"}]}

    assert condition == "HasVault"
    assert (reads["Action"], reads["Resource"]) == ("secretsmanager:GetSecretValue", named)
    assert reads["Condition"] == {"StringEquals": {"aws:ResourceAccount": {"Ref": "AWS::AccountId"}}}
    assert decrypts["Condition"] == {
        "StringEquals": {"kms:ViaService": {"Fn::Sub": "secretsmanager.${AWS::Region}.${AWS::URLSuffix}"}},
        "StringLike": {"kms:EncryptionContext:SecretARN": named},
    }


@pytest.mark.parametrize("name", ["VaultKey", "FingerprintKey"])
def test_a_key_of_the_vault_is_administered_by_the_account_and_used_by_our_roles_alone(name: str) -> None:
    statements = resources("AWS::KMS::Key")[name]["KeyPolicy"]["Statement"]
    users = {
        (target(principal), action)
        for statement in statements
        if CRYPTOGRAPHY & set(many(statement["Action"]))
        for principal in many(statement["Principal"]["AWS"])
        for action in many(statement["Action"])
    }

    assert not any("*" in action for statement in statements for action in many(statement["Action"]))
    assert (
        users
        == {
            "VaultKey": {("KeeperRole", "kms:GenerateDataKey"), ("ResponderRole", "kms:Decrypt")},
            "FingerprintKey": {("KeeperRole", "kms:GenerateMac"), ("ResponderRole", "kms:GenerateMac")},
        }[name]
    )


@pytest.mark.parametrize("sid", ["TheKeeperPutsIn", "TheResponderTakesOut"])
def test_the_vaults_key_serves_no_context_but_ours(sid: str) -> None:
    (statement,) = (
        one for one in resources("AWS::KMS::Key")["VaultKey"]["KeyPolicy"]["Statement"] if one["Sid"] == sid
    )

    assert statement["Condition"]["StringEquals"] == {
        "kms:EncryptionContext:product": "nightlatch",
        "kms:EncryptionContext:account": {"Ref": "AWS::AccountId"},
        "kms:EncryptionContext:region": {"Ref": "AWS::Region"},
    }


def bucket_denials() -> Mapping[str, Mapping[str, Any]]:
    """Give what the bucket refuses, by Sid."""
    statements = resources("AWS::S3::BucketPolicy")["VaultBucketPolicy"]["PolicyDocument"]["Statement"]
    assert all((one["Effect"], one["Principal"]) == ("Deny", "*") for one in statements)
    return {one["Sid"]: one for one in statements}


@pytest.mark.parametrize(
    ("sid", "action", "role"),
    [
        ("OnlyTheKeeperPutsIn", "s3:PutObject", "KeeperRole"),
        ("OnlyTheResponderTakesOut", "s3:GetObject", "ResponderRole"),
        ("OnlyTheResponderTakesOut", "s3:GetObjectVersion", "ResponderRole"),
    ],
)
def test_the_bucket_refuses_everybody_but_one_role(sid: str, action: str, role: str) -> None:
    denied = bucket_denials()[sid]

    assert action in denied["Action"]
    assert denied["Resource"] == OBJECTS
    assert denied["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": {"Fn::GetAtt": [role, "Arn"]}}}


def test_the_bucket_is_reached_over_tls_only() -> None:
    denied = bucket_denials()["OnlyOverTls"]

    assert (denied["Action"], denied["Condition"]) == ("s3:*", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_bucket_is_private_versioned_and_can_be_locked() -> None:
    bucket = resources("AWS::S3::Bucket")["VaultBucket"]

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["ObjectLockEnabled"] == {"Fn::If": ["LocksCopies", True, {"Ref": "AWS::NoValue"}]}
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def test_each_retention_that_a_policy_may_choose_has_its_lifecycle_rule() -> None:
    from nightlatch.policy_file.schema import RETENTIONS  # noqa: PLC0415 - what the test is about

    rules = resources("AWS::S3::Bucket")["VaultBucket"]["LifecycleConfiguration"]["Rules"]

    assert {(rule["Prefix"], rule["ExpirationInDays"]) for rule in rules} == {
        (f"copies/{days}/", days) for days in RETENTIONS
    }
    assert {rule["NoncurrentVersionExpiration"]["NoncurrentDays"] for rule in rules} == {1}


@pytest.mark.parametrize("name", ["VaultBucket", "VaultKey", "FingerprintKey"])
def test_what_copies_need_outlives_the_stack(name: str) -> None:
    kept = resource(name)

    assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("name", OF_THE_VAULT)
def test_without_a_named_secret_there_is_no_vault_and_no_right_to_any_value(name: str) -> None:
    assert resource(name)["Condition"] == "HasVault"
    assert template()["Parameters"]["VaultSecrets"]["Default"] == ""
