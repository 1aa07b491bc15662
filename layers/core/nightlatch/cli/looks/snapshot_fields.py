"""What is kept of a secret as fields, for tables and for JSON alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from nightlatch.domain.secret.copies import Copy, Proof, of_version
from nightlatch.domain.secret.metadata import MetadataSnapshot
from nightlatch.domain.secret.versions import Version


def snapshot_head(one: MetadataSnapshot) -> dict[str, object]:
    """Give what a metadata snapshot is, without the metadata."""
    return {
        "digest": one.digest,
        "taken_at": time_text(one.taken_at),
        "cause_event_id": one.cause_event_id,
        "caused_at": one.caused_at and time_text(one.caused_at),
    }


def version_fields(version: Version, copies: Sequence[Copy]) -> dict[str, object]:
    """Give a version with its labels, its pins and its copy."""
    copy = of_version(copies, version.id)
    return {
        "version": version.id,
        "created_at": time_text(version.created_at) if version.created_at else None,
        "labels": sorted(version.labels),
        "pins": list(version.pins),
        "copy": copy.id if copy else None,
    }


def copy_fields(copy: Copy, proof: Proof | None) -> dict[str, object]:
    """Give what is known of a copy: names of keys, never a fingerprint."""
    return {
        "copy": copy.id,
        "secret": copy.secret_name,
        "arn": copy.secret_arn,
        "version": copy.version_id,
        "taken_at": time_text(copy.taken_at),
        "expires_at": time_text(copy.expires_at),
        "labels": list(copy.labels),
        "metadata": copy.metadata_digest,
        "kind": copy.shape.kind.value,
        "keys": [key.name or f"key {n}, name withheld" for n, key in enumerate(copy.shape.keys, start=1)],
        "bytes_at_most": 2**copy.shape.size_class,
        "proven_at": time_text(proof.at) if proof else None,
        "restorable": proof.held if proof else None,
        "why_not": proof.why if proof else "",
    }


def time_text(moment: datetime) -> str:
    """Write a moment in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
