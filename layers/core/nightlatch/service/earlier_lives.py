"""Gives what is kept of a secret under every ARN that it had: nightlatch created it again, and its past goes along.

Whoever refers to it by name finds all of that name anyway, a namesake's too; whose is whose, `Moves` alone says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from nightlatch.domain.event.secrets import SecretRef, may_be_same, secret_ref
from nightlatch.domain.secret.copies import Copy
from nightlatch.domain.secret.metadata import MetadataSnapshot
from nightlatch.service.snapshot_ports import Copies, Snapshots


def copies_of(secret: SecretRef, earlier: Sequence[str], copies: Copies) -> tuple[Copy, ...]:
    """Give the copies of a secret and of what it was, the newest first.

    Raises:
        Unavailable: The table could not be asked.
    """
    found = {one.id: one for ref in _refs(secret, earlier) for one in copies.of(ref)}
    return tuple(sorted(found.values(), key=lambda one: (one.taken_at, one.id), reverse=True))


def snapshots_of(
    secret: SecretRef, earlier: Sequence[str], snapshots: Snapshots, at: datetime | None = None
) -> tuple[MetadataSnapshot, ...]:
    """Give the metadata snapshots of a secret and of what it was, the newest first.

    Args:
        secret: Which one.
        earlier: ARNs that it had before.
        snapshots: Where they are kept.
        at: A moment whose state is wanted, too, however much has changed since.

    Raises:
        Unavailable: The table could not be asked.
    """
    found = [one for ref in _refs(secret, earlier) for one in snapshots.of(ref, at=at)]
    return tuple(sorted(found, key=lambda one: one.taken_at, reverse=True))


def _refs(secret: SecretRef, earlier: Sequence[str]) -> Iterator[SecretRef]:
    yield secret
    olds = (secret_ref(arn, account_id="", region="", by_aws=True) for arn in earlier)
    yield from (old for old in olds if not may_be_same(secret, old))
