"""A secret's metadata as AWS tells them: one DescribeSecret and one GetResourcePolicy, and no value.

A secret that waits to be deleted is not asked for its policy: what it was stands in the snapshot before.

Source: botocore 1.44 service model. Only a real account can tell whether GetResourcePolicy gives the very bytes that
were put; the text is kept as it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from nightlatch.adapters.aws_errors import on_secret
from nightlatch.domain.errors import Refused
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.secret.metadata import Pairs, ReplicaSettings, RotationSettings, SecretMetadata
from nightlatch.service.snapshot_ports import Described

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class AwsDescriptions:
    """The port `Descriptions` on boto3, for one account and Region.

    Args:
        client: Secrets Manager.
        keep_pace: Called before each question for a policy, which shares a small quota with the account's own work.
    """

    def __init__(self, client: SecretsManagerClient, keep_pace: Callable[[], None] = lambda: None) -> None:
        self._client = client
        self._keep_pace = keep_pace

    def describe(self, secret: SecretRef) -> Described:
        """Describe a secret with its policy.

        Raises:
            NotFound: There is no such secret.
            Refused: It lies in another Region, or a permission is missing.
            Unavailable: AWS could not be asked.
        """
        here = self._client.meta.region_name
        if secret.region != here:
            raise Refused(f"secret {secret.name} is in {secret.region}, this nightlatch looks in {here}; look there")
        with on_secret(secret.name, "secretsmanager:DescribeSecret"):
            found: Mapping[str, Any] = self._client.describe_secret(SecretId=secret.text)
        return Described(
            metadata=metadata_in(found, None if found.get("DeletedDate") else self._policy(secret, found["ARN"])),
            labels={str(key): tuple(labels) for key, labels in found.get("VersionIdsToStages", {}).items()},
            deleted_at=_utc(found.get("DeletedDate")),
            changed_at=_utc(found.get("LastChangedDate")),
        )

    def _policy(self, secret: SecretRef, arn: str) -> str | None:
        self._keep_pace()
        with on_secret(secret.name, "secretsmanager:GetResourcePolicy"):
            return self._client.get_resource_policy(SecretId=arn).get("ResourcePolicy") or None


def metadata_in(found: Mapping[str, Any], policy: str | None) -> SecretMetadata:
    """Read the metadata out of AWS's answer."""
    return SecretMetadata(
        name=str(found["Name"]),
        arn=str(found["ARN"]),
        description=str(found.get("Description") or ""),
        tags=_pairs(found.get("Tags", ())),
        policy_text=policy,
        key_id=found.get("KmsKeyId") or None,
        rotation=_rotation(found),
        replicas=tuple(sorted(map(_replica, found.get("ReplicationStatus", ())), key=lambda one: one.region)),
        primary_region=found.get("PrimaryRegion") or None,
        owning_service=found.get("OwningService") or None,
        type=found.get("Type") or None,
    )


def _rotation(found: Mapping[str, Any]) -> RotationSettings:
    rules = found.get("RotationRules", {})
    return RotationSettings(
        enabled=bool(found.get("RotationEnabled")),
        lambda_arn=found.get("RotationLambdaARN") or None,
        days=rules.get("AutomaticallyAfterDays"),
        schedule=rules.get("ScheduleExpression") or None,
        duration=rules.get("Duration") or None,
        external_role=found.get("ExternalSecretRotationRoleArn") or None,
        external_settings=_pairs(found.get("ExternalSecretRotationMetadata", ())),
    )


def _replica(status: Mapping[str, Any]) -> ReplicaSettings:
    return ReplicaSettings(region=str(status.get("Region", "")), key_id=status.get("KmsKeyId") or None)


def _pairs(listed: Any) -> Pairs:
    return tuple(sorted((str(one.get("Key", "")), str(one.get("Value", ""))) for one in listed))


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
