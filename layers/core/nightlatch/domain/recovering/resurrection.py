"""What a destroyed secret was, read off the vault and the snapshots: its last value, its metadata, its replicas.

Two secrets of one name are two secrets (their ARNs differ), so nothing of one is given to the other.

Source: Secrets Manager API reference, DeleteSecret (a primary that has replicas cannot be deleted), CreateSecret; AWS
general reference, tags (the prefix `aws:` is reserved).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.secret.copies import Copy, of_version
from nightlatch.domain.secret.metadata import MetadataSnapshot, Pairs, ReplicaSettings, SecretMetadata, as_of, before
from nightlatch.domain.secret.versions import CURRENT

STRIPPED_WITHIN = timedelta(hours=1)  # replicas have to go before a secret can: those taken away so lately belong to it
_RESERVED = "aws:"


def last_value(copies: Sequence[Copy], secret: SecretRef, last_current: Mapping[str, str]) -> Copy | None:
    """Choose the copy of what readers got last.

    Args:
        copies: The newest first.
        secret: The destroyed one. A name alone stands for the secret of that name that was copied last.
        last_current: By ARN the copied version that was current when the keeper last looked, where that is known:
            after a rollback it is not the newest.
    """
    is_certain = secret.is_full or any(copy.secret_arn == secret.text for copy in copies)
    arn = secret.text if is_certain else next((copy.secret_arn for copy in copies if _was_current(copy)), None)
    mine = [copy for copy in copies if copy.secret_arn == arn]
    known = of_version(mine, last_current.get(arn or "", ""))
    return known or next((copy for copy in mine if _was_current(copy)), None)


def last_metadata(snapshots: Iterable[MetadataSnapshot], arn: str, at: datetime | None) -> MetadataSnapshot | None:
    """Choose the last snapshot of a secret from before it was destroyed.

    Args:
        snapshots: In any order.
        arn: Of the destroyed secret.
        at: When that was; its last snapshot of all where nobody knows.
    """
    mine = [one for one in snapshots if one.metadata.arn == arn]
    earlier = before(mine, at) if at is not None else None
    return earlier or max(mine, key=lambda one: one.taken_at, default=None)


def by_digest(snapshots: Iterable[MetadataSnapshot], arn: str, digest: str | None) -> MetadataSnapshot | None:
    """Find a snapshot again."""
    return next((one for one in snapshots if (one.metadata.arn, one.digest) == (arn, digest)), None)


def last_replicas(snapshots: Iterable[MetadataSnapshot], last: MetadataSnapshot) -> tuple[ReplicaSettings, ...]:
    """Name the replicas of the last snapshot, and those that were taken away within the hour before it."""
    mine = [one for one in snapshots if one.metadata.arn == last.metadata.arn and one.taken_at <= last.taken_at]
    since = last.taken_at - STRIPPED_WITHIN
    held = [one for one in (as_of(mine, since), *(one for one in mine if one.taken_at > since)) if one is not None]
    by_region = {replica.region: replica for one in held for replica in one.metadata.replicas}
    by_region |= {replica.region: replica for replica in last.metadata.replicas}
    return tuple(by_region[region] for region in sorted(by_region))


def own_tags(metadata: SecretMetadata) -> Pairs:
    """Give the tags that anybody may set."""
    return tuple((key, value) for key, value in metadata.tags if not key.startswith(_RESERVED))


def reserved_tags(metadata: SecretMetadata) -> tuple[str, ...]:
    """Name the tags that AWS alone sets: infrastructure code no longer knows the secret for its own."""
    return tuple(key for key, _ in metadata.tags if key.startswith(_RESERVED))


def says_the_same(one: str | None, other: str | None) -> bool:
    """Tell whether two policies are one document, in whatever spacing AWS gives it back."""
    if one is None or other is None:
        return one == other
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return one == other


def _was_current(copy: Copy) -> bool:
    return CURRENT in copy.labels
