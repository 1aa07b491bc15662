"""Keys on the stage seal and open as AWS's do, and every use is told without what was sealed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.narrated import NarratedAws, narrated_aws
from local.probes.world import refused

CONTEXT = {"account": "111122223333", "region": "eu-west-1", "secret": "prod/db", "version": "1"}


@pytest.fixture
def aws() -> Iterator[NarratedAws]:
    with narrated_aws() as aws:
        yield aws


@pytest.fixture
def kms(aws: NarratedAws) -> Any:
    return aws.client("kms")


def test_what_was_sealed_opens_in_its_own_context_alone(kms: Any) -> None:
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=CONTEXT)

    opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)

    assert opened["Plaintext"] == made["Plaintext"]
    for other in ({}, {**CONTEXT, "version": "2"}):
        code = refused(kms.decrypt, CiphertextBlob=made["CiphertextBlob"], EncryptionContext=other)
        assert code == "InvalidCiphertextException"


def test_a_key_is_given_back_disabled_and_must_be_enabled(kms: Any) -> None:
    key = kms.create_key()["KeyMetadata"]["Arn"]
    scheduled = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"

    assert kms.cancel_key_deletion(KeyId=key)["KeyId"] == scheduled["KeyId"] == key
    given_back = kms.describe_key(KeyId=key)["KeyMetadata"]
    kms.enable_key(KeyId=key)

    assert (given_back["KeyState"], given_back["Enabled"], "DeletionDate" in given_back) == ("Disabled", False, False)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
    assert kms.encrypt(KeyId=key, Plaintext=b"p")["KeyId"] == key


def test_a_mac_of_the_same_message_is_the_same_and_another_does_not_verify(kms: Any) -> None:
    key = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    asked: Any = {"KeyId": key, "MacAlgorithm": "HMAC_SHA_256"}

    first, second = (kms.generate_mac(Message=b"m", **asked)["Mac"] for _ in range(2))

    assert first == second
    assert kms.verify_mac(Message=b"m", Mac=first, **asked)["MacValid"] is True
    assert refused(kms.verify_mac, Message=b"other", Mac=first, **asked) == "KMSInvalidMacException"


def test_each_use_of_a_key_is_told_with_its_key_and_context_and_without_what_it_made(
    aws: NarratedAws, kms: Any
) -> None:
    key = kms.create_key()["KeyMetadata"]["Arn"]
    mac_key = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=CONTEXT)
    kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)
    mac = kms.generate_mac(KeyId=mac_key, Message=b"words", MacAlgorithm="HMAC_SHA_256")["Mac"]
    kms.verify_mac(KeyId=mac_key, Message=b"words", MacAlgorithm="HMAC_SHA_256", Mac=mac)

    for name, used in (("GenerateDataKey", key), ("Decrypt", key), ("GenerateMac", mac_key), ("VerifyMac", mac_key)):
        record = aws.record(name)
        assert record["resources"] == [{"ARN": used, "accountId": "111122223333", "type": "AWS::KMS::Key"}]
        assert (record["readOnly"], record["responseElements"]) == (True, None)
        assert "words" not in json.dumps(record)
    assert aws.record("Decrypt")["requestParameters"] == {
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "encryptionContext": CONTEXT,
    }
    assert aws.record("GenerateDataKey")["requestParameters"] == {
        "keyId": key,
        "keySpec": "AES_256",
        "encryptionContext": CONTEXT,
    }
    assert aws.record("GenerateMac")["requestParameters"] == {"keyId": mac_key, "macAlgorithm": "HMAC_SHA_256"}


def test_the_states_of_a_key_are_told_as_writes(aws: NarratedAws, kms: Any) -> None:
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    kms.cancel_key_deletion(KeyId=key)
    kms.enable_key(KeyId=key)

    for name in ("ScheduleKeyDeletion", "CancelKeyDeletion", "EnableKey"):
        record = aws.record(name)
        assert (record["readOnly"], record["requestParameters"]["keyId"]) == (False, key)
        assert record["resources"][0]["ARN"] == key
    assert aws.record("CancelKeyDeletion")["responseElements"] == {"keyId": key}


def test_a_refused_use_is_told_with_its_error(aws: NarratedAws, kms: Any) -> None:
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.disable_key(KeyId=key)

    refused(kms.generate_data_key, KeyId=key, KeySpec="AES_256")

    record = aws.record("GenerateDataKey")
    assert (record["errorCode"], record["errorMessage"]) == ("DisabledException", f"{key} is disabled.")


def test_a_lost_key_is_told_of_the_read_that_it_stopped(aws: NarratedAws, kms: Any) -> None:
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    secrets = aws.client("secretsmanager")
    secrets.create_secret(Name="prod/db", SecretString="v", KmsKeyId=key)
    kms.disable_key(KeyId=key)

    refused(secrets.get_secret_value, SecretId="prod/db")

    assert aws.record("GetSecretValue")["errorCode"] == "DecryptionFailure"
