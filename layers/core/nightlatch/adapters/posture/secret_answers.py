"""Reads AWS's answers about a secret into what the audit judges.

Source: botocore 1.44 service model of Secrets Manager: SecretListEntry (has neither replicas nor a primary in another
account; its other names are those of DescribeSecret), SecretVersionsListEntry, ReplicationStatusType,
CrossAccountReplicaEntry, CrossAccountPrimaryType. AWS gives LastAccessedDate as midnight UTC of a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from nightlatch.adapters.snapshots.descriptions import metadata_in
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.posture.secrets import ReplicaPosture, SecretPosture, VersionPosture

Answer = Mapping[str, Any]


def listed_secret(entry: Answer) -> SecretPosture:
    """Read an entry of ListSecrets, or what DescribeSecret says of a secret."""
    known = metadata_in(entry, None)
    return SecretPosture(
        arn=known.arn,
        name=known.name,
        description=known.description,
        tags=known.tags,
        key=known.key_id,
        rotation=known.rotation,
        last_rotated=_utc(entry.get("LastRotatedDate")),
        next_rotation=_utc(entry.get("NextRotationDate")),
        created_at=_utc(entry.get("CreatedDate")),
        last_changed=_utc(entry.get("LastChangedDate")),
        last_read=_day(entry.get("LastAccessedDate")),
        deleted_at=_utc(entry.get("DeletedDate")),
        primary_region=known.primary_region,
        owning_service=known.owning_service,
        type=known.type,
        versions=_labelled(entry),
    )


def version(entry: Answer) -> VersionPosture:
    """Read an entry of ListSecretVersionIds."""
    return VersionPosture(
        id=str(entry["VersionId"]),
        labels=tuple(entry.get("VersionStages", ())),
        created_at=_utc(entry.get("CreatedDate")),
        last_read=_day(entry.get("LastAccessedDate")),
    )


def with_relatives(secret: SecretPosture, description: Answer) -> SecretPosture:
    """Add who else has a secret's values, out of what DescribeSecret says: replicas, and a primary elsewhere."""
    elsewhere = [_in_region(one) for one in description.get("ReplicationStatus", ())]
    abroad = [_in_account(one) for one in description.get("CrossAccountReplicas", ())]
    primary: Answer = description.get("CrossAccountPrimary") or {}
    return replace(secret, replicas=(*elsewhere, *abroad), foreign_primary=primary.get("PrimarySecretARN") or None)


def _in_region(one: Answer) -> ReplicaPosture:
    return ReplicaPosture(
        region=str(one.get("Region", "")),
        status=str(one.get("Status", "")),
        message=str(one.get("StatusMessage") or ""),
        key=one.get("KmsKeyId") or None,
    )


def _in_account(one: Answer) -> ReplicaPosture:
    arn = str(one.get("ReplicaSecretARN", ""))
    return ReplicaPosture(
        region=secret_ref(arn, account_id="", region="", by_aws=True).region,
        status=str(one.get("ReplicationStatus", "")),
        message=str(one.get("StatusMessage") or ""),
        arn=arn,
    )


def _labelled(entry: Answer) -> tuple[VersionPosture, ...]:
    """Give the versions that bear labels, as far as the list tells: without their age."""
    labels: Mapping[str, list[str]] = entry.get("SecretVersionsToStages") or entry.get("VersionIdsToStages") or {}
    return tuple(VersionPosture(id=one, labels=tuple(borne)) for one, borne in labels.items() if borne)


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.astimezone(UTC).date()
