"""A key is described as KMS has it, and what KMS refuses says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from nightlatch.adapters.acting.keys import AwsKeys
from nightlatch.adapters.acting.refusals import acting_on
from nightlatch.domain.errors import NightlatchError, NotFound, Refused, Unavailable, WorldMoved
from nightlatch.domain.secret.key_states import KeyStatus
from worlds import ACCOUNT, REGION, on_moto

_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with on_moto(monkeypatch):
        yield boto3.client("kms", region_name=REGION)


def _described(kms: Any, **fields: Any) -> Any:
    with Stubber(kms) as stub:
        stub.add_response("describe_key", {"KeyMetadata": {"KeyId": "1234abcd", "Arn": _KEY, **fields}})
        return AwsKeys(kms).describe(_KEY)


def test_a_key_is_followed_through_its_states(kms: Any) -> None:
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    keys = AwsKeys(kms)
    seen = [keys.describe(arn).status]
    for call in (kms.disable_key, kms.schedule_key_deletion, kms.cancel_key_deletion, kms.enable_key):
        call(KeyId=arn.rsplit("/", 1)[1])
        seen.append(keys.describe(arn).status)

    assert seen == [
        KeyStatus.ENABLED,
        KeyStatus.DISABLED,
        KeyStatus.PENDING_DELETION,
        KeyStatus.DISABLED,
        KeyStatus.ENABLED,
    ]


def test_what_matters_of_a_key_is_read(kms: Any) -> None:
    aws = _described(kms, KeyState="Enabled", KeyManager="AWS")
    imported = _described(kms, KeyState="PendingImport", Origin="EXTERNAL")
    stored = _described(kms, KeyState="Unavailable", CustomKeyStoreId="cks-1")
    several = {"MultiRegionKeyType": "PRIMARY", "ReplicaKeys": [{"Arn": _KEY, "Region": "eu-central-1"}]}
    primary = _described(kms, KeyState="PendingReplicaDeletion", MultiRegionConfiguration=several)

    assert (aws.is_aws_managed, imported.is_imported, stored.has_custom_store, primary.has_replicas) == (True,) * 4
    assert not any((imported.is_aws_managed, aws.is_imported, aws.has_custom_store, aws.has_replicas))


def test_a_state_that_is_new_to_us_is_unknown_and_not_enabled(kms: Any) -> None:
    assert _described(kms, KeyState="Hibernating").status is KeyStatus.UNKNOWN


def test_a_key_of_another_region_is_not_asked_about(kms: Any) -> None:
    with pytest.raises(Refused, match="sa-east-1"):
        AwsKeys(kms).describe(_KEY.replace(REGION, "sa-east-1"))


def test_a_key_that_is_gone_is_not_found(kms: Any) -> None:
    with pytest.raises(NotFound):
        AwsKeys(kms).describe(_KEY)


@pytest.mark.parametrize(
    ("code", "meaning", "said"),
    [
        ("NotFoundException", NotFound, "does not exist"),
        ("KMSInvalidStateException", WorldMoved, "in the console"),
        ("AccessDeniedException", Refused, "add kms:EnableKey"),
        ("InvalidArnException", Refused, "full ARN"),
        ("DependencyTimeoutException", Unavailable, "try again later"),
        ("KMSInternalException", Unavailable, "try again later"),
        ("LimitExceededException", Refused, "quota"),
    ],
)
def test_what_kms_refuses_becomes_a_sentence(kms: Any, code: str, meaning: type[NightlatchError], said: str) -> None:
    with Stubber(kms) as stub:
        stub.add_client_error("enable_key", code, "planted", http_status_code=400)
        with pytest.raises(meaning, match=said) as caught, acting_on("key k", "kms:EnableKey"):
            kms.enable_key(KeyId=_KEY)

    assert type(caught.value) is meaning
