"""Which of the vault's copies is meant by a version or a moment: the secret's own first, a namesake's last.

A secret that nightlatch created again has a past under another ARN. Whoever writes the new one chooses the ids of its
versions and may choose one from before: then the id still means the value from before.
"""

from __future__ import annotations

from datetime import datetime

from nightlatch.domain.answering.acting import Seen
from nightlatch.domain.errors import NothingToRestore
from nightlatch.domain.recovering.rollbacks import version_at
from nightlatch.domain.secret.copies import Copy, of_version
from nightlatch.domain.secret.versions import SecretState


def was_before(version_id: str, seen: Seen) -> bool:
    """Tell whether an id names a version from before the secret was created again."""
    return of_version(_earlier(seen), version_id) is not None


def vaulted_version_at(at: datetime, secret: SecretState, seen: Seen) -> str:
    """Give the version that was current at a moment; a namesake's only where there is nothing else.

    Raises:
        NothingToRestore: Neither Secrets Manager nor the vault knows a version so old.
    """
    try:
        return version_at(secret, _own(seen), at)
    except NothingToRestore:
        return version_at(secret, seen.copies, at)


def vaulted_copy(version_id: str, secret: SecretState, seen: Seen) -> Copy:
    """Give the copy of a version.

    Raises:
        NothingToRestore: The vault holds none.
    """
    found = (of_version(some, version_id) for some in (_earlier(seen), _own(seen), seen.copies))
    copy = next((one for one in found if one is not None), None)
    if copy is None:
        raise NothingToRestore(
            f"secret {secret.name} has no version {version_id}, and the vault holds no copy of one;"
            f" nightlatch snapshots list {secret.name} shows what there is"
        )
    return copy


def _earlier(seen: Seen) -> list[Copy]:
    return [one for one in seen.copies if one.secret_arn in seen.earlier]


def _own(seen: Seen) -> list[Copy]:
    return [one for one in seen.copies if seen.is_its_own(one.secret_arn)]
