"""A secret as AWS describes it, with its versions.

No value is asked for. A key that cannot be looked at is unknown, and unknown is not unusable: the rollback goes on and
says nothing about it. What AWS refuses becomes a sentence with the next step.

Source: botocore 1.44 service model: DescribeSecret, ListSecretVersionIds (no paginator exists); KMS DescribeKey and its
key states. Only a real account can tell whether
ListSecretVersionIds answers for a secret that waits to be deleted; where it refuses, DescribeSecret's labels do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from nightlatch.adapters.aws_errors import code_of, on_secret
from nightlatch.domain.errors import Refused
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.secret.versions import SecretState, Version

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

_AWS_KEYS = frozenset({"DefaultEncryptionKey", "alias/aws/secretsmanager"})  # AWS's own: nobody can disable it
_UNUSABLE = frozenset({"Disabled", "PendingDeletion", "PendingReplicaDeletion", "PendingImport", "Unavailable"})
_PAGE = 100
_MOST_PAGES = 20  # AWS keeps about 100 unlabelled versions and those of the last day


class AwsSecrets:
    """The port `Secrets` on boto3, for one account and Region."""

    def __init__(self, client: SecretsManagerClient, kms: KMSClient) -> None:
        self._client = client
        self._kms = kms

    def describe(self, secret: SecretRef) -> SecretState:
        """Describe a secret with its versions.

        Raises:
            NotFound: There is no such secret.
            Refused: It lies in another account or Region, or a permission is missing.
            Unavailable: AWS could not be asked.
        """
        self._refuse_elsewhere(secret)
        with on_secret(secret.name, "secretsmanager:DescribeSecret"):
            found: Mapping[str, Any] = self._client.describe_secret(SecretId=secret.text)
        _refuse_other(secret, str(found["ARN"]))
        listed = self._versions(secret, found)
        keys = {key for ids in (v.get("KmsKeyIds", ()) for v in listed) for key in ids} - _AWS_KEYS
        default = str(found.get("KmsKeyId", ""))
        unusable = frozenset(key for key in keys | ({default} - {""} - _AWS_KEYS) if self._is_unusable(key))
        primary = found.get("PrimaryRegion")
        return SecretState(
            arn=str(found["ARN"]),
            name=str(found["Name"]),
            versions=tuple(_version(version, unusable, default) for version in listed),
            rotation_enabled=bool(found.get("RotationEnabled")),
            owning_service=found.get("OwningService"),
            is_replica=primary is not None and primary != self._client.meta.region_name,
            created_at=found.get("CreatedDate"),
            deleted_at=found.get("DeletedDate"),
            key_id=default or None,
            replica_regions=_replicated(found),
            unusable_keys=unusable,
        )

    def _refuse_elsewhere(self, secret: SecretRef) -> None:
        """Refuse before asking: by its name alone, a secret of another Region would be taken for one of ours."""
        here = self._client.meta.region_name
        if secret.region != here:
            raise Refused(f"secret {secret.name} is in {secret.region}, this nightlatch acts in {here}; act there")

    def _versions(self, secret: SecretRef, found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        try:
            with on_secret(secret.name, "secretsmanager:ListSecretVersionIds"):
                return list(self._pages(secret))
        except Refused:
            if "DeletedDate" not in found:
                raise
            labels: Mapping[str, list[str]] = found.get("VersionIdsToStages", {})
            return [{"VersionId": version_id, "VersionStages": stages} for version_id, stages in labels.items()]

    def _pages(self, secret: SecretRef) -> Iterator[Mapping[str, Any]]:
        more: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            page = self._client.list_secret_version_ids(
                SecretId=secret.text, IncludeDeprecated=True, MaxResults=_PAGE, **more
            )
            yield from page.get("Versions", ())
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}

    def _is_unusable(self, key: str) -> bool:
        try:
            state = self._kms.describe_key(KeyId=key)["KeyMetadata"].get("KeyState")
        except ClientError as error:
            return code_of(error) == "NotFoundException"
        except BotoCoreError:
            return False
        return state in _UNUSABLE


def _replicated(found: Mapping[str, Any]) -> frozenset[str]:
    """Give where replicas are or are being made; one that failed, as over a namesake, is none."""
    statuses = found.get("ReplicationStatus", ())
    return frozenset(str(one["Region"]) for one in statuses if one.get("Status") != "Failed")


def _version(listed: Mapping[str, Any], unusable: frozenset[str], default: str) -> Version:
    keys = [str(key) for key in listed.get("KmsKeyIds", ())] or [default]
    # A version may be encrypted under several keys, and any one of them opens it.
    key = next((one for one in keys if one not in unusable), keys[0])
    return Version(
        id=str(listed["VersionId"]),
        labels=frozenset(listed.get("VersionStages", ())),
        created_at=listed.get("CreatedDate"),
        key_id=key or None,
    )


def _refuse_other(secret: SecretRef, arn: str) -> None:
    there = secret_ref(arn, account_id=secret.account_id, region=secret.region)
    if (there.account_id, there.region) != (secret.account_id, secret.region):
        raise Refused(
            f"secret {secret.name} was meant in account {secret.account_id}, {there.account_id} has one of that name;"
            " act from the right account"
        )
