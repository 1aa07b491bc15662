"""A KMS key as KMS describes it now.

Source: KMS API reference, DescribeKey (KeyMetadata: KeyState, KeyManager, Origin, CustomKeyStoreId,
MultiRegionConfiguration). A key of another account or Region is not ours to put back: CancelKeyDeletion and EnableKey
are not offered across accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nightlatch.adapters.acting.refusals import acting_on
from nightlatch.domain.errors import Refused
from nightlatch.domain.secret.key_states import KeyState, KeyStatus

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


class AwsKeys:
    """KMS without its cryptography, for one account and Region."""

    def __init__(self, client: KMSClient) -> None:
        self._client = client

    def describe(self, arn: str) -> KeyState:
        """Describe a key.

        Raises:
            NotFound: There is no such key (any more).
            Refused: It lies in another Region, or a permission is missing.
            Unavailable: AWS could not be asked.
        """
        here = self._client.meta.region_name
        there = arn.split(":")[3:4]
        if there and there != [here]:
            raise Refused(f"key {arn} is in {there[0]}, this nightlatch acts in {here}; act there")
        with acting_on(f"key {arn}", "kms:DescribeKey"):
            found: Mapping[str, Any] = self._client.describe_key(KeyId=arn)["KeyMetadata"]
        return key_state(found)


def key_state(found: Mapping[str, Any]) -> KeyState:
    """Read what KMS says of a key."""
    several: Mapping[str, Any] = found.get("MultiRegionConfiguration", {})
    return KeyState(
        arn=str(found["Arn"]),
        status=_status(str(found.get("KeyState", ""))),
        is_aws_managed=found.get("KeyManager") == "AWS",
        is_imported=found.get("Origin") == "EXTERNAL",
        has_custom_store=bool(found.get("CustomKeyStoreId")),
        has_replicas=several.get("MultiRegionKeyType") == "PRIMARY" and bool(several.get("ReplicaKeys")),
        deletion_at=found.get("DeletionDate"),
    )


def _status(text: str) -> KeyStatus:
    return KeyStatus(text) if text in set(KeyStatus) else KeyStatus.UNKNOWN
