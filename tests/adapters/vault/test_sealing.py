"""What was sealed opens for its own secret and version alone, and not at all once a byte of it is altered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nightlatch.adapters.vault.sealing import Seal
from nightlatch.adapters.vault.values import SecretBytes
from nightlatch.domain.errors import NotFound, Refused, Unavailable
from nightlatch.domain.secret.copies import encryption_context
from nightlatch.domain.secret.metadata import SecretMetadata
from worlds import ACCOUNT, REGION, on_moto

ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db-AbCdEf"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-4000-8000-000000000000"
V1 = "00000001-0000-4000-8000-000000000000"
CONTEXT = encryption_context(ARN, V1)
METADATA = SecretMetadata(
    name="prod/db", arn=ARN, description="of orders", tags=(("team", "a"),), policy_text='{"a":1}'
)
VALUE = SecretBytes(b'{"password": "pl4nted-v4lue"}', is_text=True)


@dataclass
class Safe:
    seal: Seal
    kms: Any
    key_arn: str


@pytest.fixture(scope="module")
def safe() -> Iterator[Safe]:
    with pytest.MonkeyPatch.context() as patches, on_moto(patches):
        kms = boto3.client("kms", region_name=REGION)
        key_arn = kms.create_key()["KeyMetadata"]["Arn"]
        yield Safe(Seal(kms, key_arn), kms, key_arn)


def test_a_value_and_its_metadata_come_back_byte_for_byte(safe: Safe) -> None:
    assert safe.seal.open(safe.seal.close(VALUE, METADATA, CONTEXT), CONTEXT) == (VALUE, METADATA)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=300), is_text=st.booleans())
def test_every_value_comes_back_and_none_stands_in_what_is_stored(safe: Safe, content: bytes, *, is_text: bool) -> None:
    value = SecretBytes(content, is_text=is_text)

    sealed = safe.seal.close(value, METADATA, CONTEXT)

    assert safe.seal.open(sealed, CONTEXT)[0] == value
    assert len(content) < 8 or content not in sealed


@pytest.mark.parametrize("name", CONTEXT)
def test_another_context_does_not_open_it(safe: Safe, name: str) -> None:
    sealed = safe.seal.close(VALUE, METADATA, CONTEXT)

    with pytest.raises(Refused, match="bound to another secret or version"):
        safe.seal.open(sealed, {**CONTEXT, name: "another"})


def test_a_copy_of_another_version_does_not_open_in_its_place(safe: Safe) -> None:
    other = safe.seal.close(VALUE, METADATA, encryption_context(ARN, V1.replace("1", "2")))

    with pytest.raises(Refused, match="bound to another"):
        safe.seal.open(other, CONTEXT)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_altered_bytes_never_open(safe: Safe, data: st.DataObject) -> None:
    sealed = bytearray(safe.seal.close(VALUE, METADATA, CONTEXT))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))

    with pytest.raises((Refused, NotFound)):
        safe.seal.open(bytes(sealed), CONTEXT)


def test_of_a_name_that_is_no_text_any_more_it_is_said_that_it_was_altered(safe: Safe) -> None:
    """Names stand in the clear at the beginning; the SDK stumbles over them with an error that is not its own."""
    sealed = safe.seal.close(VALUE, METADATA, CONTEXT)
    place = sealed.index(b"secret_arn")

    with pytest.raises(Refused, match="altered"):
        safe.seal.open(sealed[:place] + b"\xe1" + sealed[place + 1 :], CONTEXT)


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_part_does_not_open(safe: Safe, cut: int) -> None:
    sealed = safe.seal.close(VALUE, METADATA, CONTEXT)

    with pytest.raises(Refused):
        safe.seal.open(sealed[:cut], CONTEXT)


def test_another_key_does_not_open_it(safe: Safe) -> None:
    other = Seal(safe.kms, safe.kms.create_key()["KeyMetadata"]["Arn"])

    with pytest.raises(Refused):
        other.open(safe.seal.close(VALUE, METADATA, CONTEXT), CONTEXT)


@pytest.mark.parametrize(
    ("code", "status", "meaning", "said"),
    [
        ("DisabledException", 400, Refused, "kms:GenerateDataKey|DisabledException"),
        ("KMSInvalidStateException", 400, Refused, "KMSInvalidStateException"),
        ("AccessDeniedException", 400, Refused, "add kms:GenerateDataKey to the role"),
        ("NotFoundException", 400, NotFound, "does not exist"),
        ("ThrottlingException", 400, Unavailable, "try again later"),
        ("KMSInternalException", 500, Unavailable, "try again later"),
    ],
)
def test_what_kms_refuses_is_told_by_its_own_name(code: str, status: int, meaning: type[Exception], said: str) -> None:
    kms = boto3.client("kms", region_name=REGION, aws_access_key_id="t", aws_secret_access_key="t")

    with Stubber(kms) as stub:
        stub.add_client_error("generate_data_key", code, http_status_code=status)
        with pytest.raises(meaning, match=said):
            Seal(kms, KEY_ARN).close(VALUE, METADATA, CONTEXT)


def test_the_keeper_asks_kms_for_a_data_key_and_nothing_else(safe: Safe) -> None:
    asked: list[str] = []
    safe.kms.meta.events.register("before-call.kms", lambda model, **_: asked.append(model.name))

    sealed = safe.seal.close(VALUE, METADATA, CONTEXT)
    safe.seal.open(sealed, CONTEXT)

    assert asked == ["GenerateDataKey", "Decrypt"]
