"""What the keeper puts in, the responder takes out: the same value, bound to its version, and told by nobody."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from fakes import ACCOUNT, NOW, REGION
from fakes_snapshots import V1, a_copy, metadata_of
from nightlatch.adapters.snapshots.descriptions import AwsDescriptions
from nightlatch.adapters.vault.fingerprint_keys import FingerprintKeys
from nightlatch.adapters.vault.putting_in import VaultEntrance
from nightlatch.adapters.vault.sealing import Seal
from nightlatch.adapters.vault.taking_out import VaultExit
from nightlatch.domain.errors import NotFound, Refused, Unavailable
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.secret.copies import Copy, client_token
from nightlatch.domain.secret.fingerprints import diff
from nightlatch.service.snapshot_ports import Described
from worlds import on_moto

PLANTED = "pl4nted-v4lue"
BUCKET = "vault"


@dataclass
class Vault:
    entrance: VaultEntrance
    exit: VaultExit
    secrets: Any
    objects: Any
    reads: list[str]

    def described(self, name: str = "prod/db") -> Described:
        return AwsDescriptions(self.secrets).describe(secret_ref(name, account_id=ACCOUNT, region=REGION))

    def take(self, name: str = "prod/db") -> Copy:
        described = self.described(name)
        return self.entrance.take(described, described.holder("AWSCURRENT") or "", days=90, now=NOW)

    def stored(self) -> bytes:
        found = self.objects.list_object_versions(Bucket=BUCKET)["Versions"]
        bodies = (
            self.objects.get_object(Bucket=BUCKET, Key=one["Key"], VersionId=one["VersionId"])["Body"].read()
            for one in found
        )
        return b"".join(bodies)


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    with on_moto(monkeypatch):
        secrets, kms, objects = (boto3.client(name, region_name=REGION) for name in ("secretsmanager", "kms", "s3"))
        objects.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        objects.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        hmac_key = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
        sealed_by, keys = Seal(kms, kms.create_key()["KeyMetadata"]["Arn"]), FingerprintKeys(kms, hmac_key)
        reads: list[str] = []
        entrance = VaultEntrance(
            secrets=secrets, bucket_client=objects, bucket=BUCKET, seal=sealed_by, keys=keys, note_read=reads.append
        )
        leave = VaultExit(bucket_client=objects, bucket=BUCKET, seal=sealed_by, keys=keys)
        yield Vault(entrance, leave, secrets, objects, reads)


@pytest.mark.parametrize(
    "value",
    [
        {"SecretString": json.dumps({"user": "ana", "password": PLANTED})},
        {"SecretString": PLANTED},
        {"SecretString": "\u00e4\u6f22\U0001f511\x00"},
        {"SecretString": "x" * 65_536},
        {"SecretBinary": bytes(range(256))},
    ],
)
def test_a_value_is_put_back_as_it_was_and_retried_it_makes_one_version(vault: Vault, value: dict[str, Any]) -> None:
    vault.secrets.create_secret(Name="prod/db", **value)
    copy = vault.take()
    vault.secrets.delete_secret(SecretId="prod/db", ForceDeleteWithoutRecovery=True)
    vault.secrets.create_secret(Name="prod/db")
    asked = {"SecretId": "prod/db", "ClientRequestToken": client_token(copy)}

    answers = [vault.exit.call(vault.secrets, "put_secret_value", asked, copy) for _ in range(2)]

    found = vault.secrets.get_secret_value(SecretId="prod/db")
    assert {name: found[name] for name in value} == value
    assert {answer["VersionId"] for answer in answers} == {client_token(copy)}


def test_the_metadata_go_along_and_the_shape_is_the_same_again(vault: Vault) -> None:
    vault.secrets.create_secret(
        Name="prod/db", SecretString=PLANTED, Description="d", Tags=[{"Key": "a", "Value": "b"}]
    )

    copy = vault.take()

    assert vault.exit.metadata(copy) == vault.described().metadata
    assert vault.exit.shape(copy) == copy.shape


def test_no_value_stands_in_the_bucket_the_copy_or_a_log_not_even_a_debug_log(
    vault: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    vault.secrets.create_secret(Name="prod/db", SecretString=json.dumps({"password": PLANTED}))

    with caplog.at_level(logging.DEBUG):
        for name in ("botocore", "botocore.parsers", "botocore.endpoint", "botocore.hooks", "aws_encryption_sdk"):
            caplog.set_level(logging.DEBUG, name)
        copy = vault.take()
        vault.exit.shape(copy)
        logging.getLogger("nightlatch").debug("still heard afterwards")

    assert PLANTED.encode() not in vault.stored()
    assert PLANTED not in repr(copy) + caplog.text
    assert "still heard afterwards" in caplog.text


def test_the_key_of_an_object_tells_no_name_of_a_secret(vault: Vault) -> None:
    vault.secrets.create_secret(Name="prod/db", SecretString=PLANTED)

    assert vault.take().place == f"copies/90/{vault.take().id}"
    assert "prod" not in vault.take().place


def test_the_request_id_of_each_read_is_noted(vault: Vault) -> None:
    vault.secrets.create_secret(Name="prod/db", SecretString=PLANTED)

    vault.take()

    assert len(vault.reads) == 1
    assert vault.reads[0]


def test_two_versions_are_told_apart_without_their_values(vault: Vault) -> None:
    vault.secrets.create_secret(Name="prod/db", SecretString=json.dumps({"user": "ana", "password": PLANTED}))
    before = vault.take()
    vault.secrets.put_secret_value(SecretId="prod/db", SecretString=json.dumps({"user": "ana", "password": "x"}))

    told = diff(before.shape, vault.take().shape)

    assert told.changed == ("password",)


def test_equal_values_of_two_secrets_have_no_fingerprint_in_common(vault: Vault) -> None:
    for name in ("prod/db", "prod/other"):
        vault.secrets.create_secret(Name=name, SecretString=json.dumps({"password": PLANTED}))

    one, other = vault.take("prod/db").shape, vault.take("prod/other").shape

    assert one.whole != other.whole
    assert one.keys[0].value != other.keys[0].value


def test_an_object_that_was_exchanged_for_another_secrets_does_not_open(vault: Vault) -> None:
    for name in ("prod/db", "prod/other"):
        vault.secrets.create_secret(Name=name, SecretString=PLANTED)
    one, other = vault.take("prod/db"), vault.take("prod/other")

    with pytest.raises(Refused, match=f"copy {one.id} of secret prod/db: it is bound to another"):
        vault.exit.shape(replace(one, place=other.place, object_version=other.object_version))


def test_an_object_that_was_altered_does_not_open(vault: Vault) -> None:
    vault.secrets.create_secret(Name="prod/db", SecretString=PLANTED)
    copy = vault.take()
    altered = bytearray(vault.stored())
    altered[-200] ^= 1
    put = vault.objects.put_object(Bucket=BUCKET, Key=copy.place, Body=bytes(altered))

    with pytest.raises(Refused, match="altered"):
        vault.exit.shape(replace(copy, object_version=put["VersionId"]))


def test_a_copy_whose_object_is_gone_is_told(vault: Vault) -> None:
    with pytest.raises(NotFound, match="no longer in the bucket"):
        vault.exit.shape(a_copy(object_version=""))


def test_a_version_that_is_gone_is_told(vault: Vault) -> None:
    vault.secrets.create_secret(Name="prod/db", SecretString=PLANTED)

    with pytest.raises(NotFound):
        vault.entrance.take(vault.described(), "0" * 32, days=90, now=NOW)


# --- what only AWS answers ---


def clients() -> tuple[Any, Any, Any]:
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return tuple(boto3.client(name, region_name=REGION, **keys) for name in ("secretsmanager", "kms", "s3"))  # type: ignore[return-value]


KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("code", "status", "meaning", "said"),
    [
        ("AccessDeniedException", 400, Refused, "add secretsmanager:GetSecretValue"),
        ("DecryptionFailure", 400, Refused, "DecryptionFailure"),
        ("InvalidRequestException", 400, Refused, "InvalidRequestException"),
        ("ResourceNotFoundException", 400, NotFound, "prod/db"),
        ("ThrottlingException", 400, Unavailable, "try again later"),
        ("InternalServiceError", 500, Unavailable, "try again later"),
    ],
)
def test_a_value_that_may_not_be_read_is_told_with_the_next_step(
    code: str, status: int, meaning: type[Exception], said: str
) -> None:
    secrets, kms, objects = clients()
    entrance = VaultEntrance(
        secrets=secrets,
        bucket_client=objects,
        bucket=BUCKET,
        seal=Seal(kms, KEY_ARN),
        keys=FingerprintKeys(kms, KEY_ARN),
        note_read=lambda _: None,
    )
    described = Described(metadata=metadata_of(), labels={})

    with Stubber(secrets) as reading, Stubber(kms) as keying:
        keying.add_response("generate_mac", {"Mac": b"k" * 32})
        reading.add_client_error("get_secret_value", code, http_status_code=status)
        with pytest.raises(meaning, match=said):
            entrance.take(described, V1, days=90, now=NOW)


@pytest.mark.parametrize(
    ("code", "status", "meaning", "said"),
    [
        ("NoSuchKey", 404, NotFound, "no longer in the bucket"),
        ("NoSuchVersion", 404, NotFound, "no longer in the bucket"),
        ("AccessDenied", 403, Refused, "add s3:GetObjectVersion"),
        ("SlowDown", 503, Unavailable, "try again later"),
    ],
)
def test_a_copy_that_cannot_be_fetched_is_told_with_the_next_step(
    code: str, status: int, meaning: type[Exception], said: str
) -> None:
    _, kms, objects = clients()
    leave = VaultExit(bucket_client=objects, bucket=BUCKET, seal=Seal(kms, KEY_ARN), keys=FingerprintKeys(kms, KEY_ARN))

    with Stubber(objects) as stub:
        stub.add_client_error("get_object", code, http_status_code=status)
        with pytest.raises(meaning, match=said):
            leave.shape(a_copy())


def test_the_version_of_the_object_is_asked_for_and_no_other() -> None:
    _, kms, objects = clients()
    leave = VaultExit(bucket_client=objects, bucket=BUCKET, seal=Seal(kms, KEY_ARN), keys=FingerprintKeys(kms, KEY_ARN))
    body = StreamingBody(io.BytesIO(b""), 0)

    with Stubber(objects) as stub:
        stub.add_response("get_object", {"Body": body}, {"Bucket": BUCKET, "Key": a_copy().place, "VersionId": "o1"})
        with pytest.raises(Refused, match="altered"):
            leave.shape(a_copy())


def test_the_key_of_a_secret_is_derived_once() -> None:
    _, kms, _ = clients()
    keys = FingerprintKeys(kms, KEY_ARN)

    with Stubber(kms) as stub:
        stub.add_response(
            "generate_mac", {"Mac": b"k" * 32}, {"KeyId": KEY_ARN, "Message": ANY, "MacAlgorithm": "HMAC_SHA_256"}
        )
        assert keys.of("arn:1") == keys.of("arn:1") == b"k" * 32


@pytest.mark.parametrize(
    ("code", "meaning"),
    [("DisabledException", Refused), ("AccessDeniedException", Refused), ("NotFoundException", NotFound)],
)
def test_without_the_fingerprint_key_the_value_is_not_even_read(code: str, meaning: type[Exception]) -> None:
    secrets, kms, objects = clients()
    entrance = VaultEntrance(
        secrets=secrets,
        bucket_client=objects,
        bucket=BUCKET,
        seal=Seal(kms, KEY_ARN),
        keys=FingerprintKeys(kms, KEY_ARN),
        note_read=lambda _: None,
    )

    with Stubber(secrets), Stubber(kms) as keying:  # a stub without an answer refuses every call
        keying.add_client_error("generate_mac", code)
        with pytest.raises(meaning):
            entrance.take(Described(metadata=metadata_of(), labels={}), V1, days=90, now=NOW)
