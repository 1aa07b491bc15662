"""Whether the keeper has to look at a secret again: what it last saw, held against what AWS lists now.

Source: Secrets Manager API reference, SecretListEntry (LastChangedDate, SecretVersionsToStages); ruling 17.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

STOOD = timedelta(hours=24)  # unquestioned for so long, a current version is worth a pin
_LONGEST_WINDOW = timedelta(days=30)  # in which AWS gives out no value, and nothing can be copied again
_SPARE = timedelta(days=7)  # the keeper may be down, and whoever is told may be away


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the keeper last did about a secret."""

    arn: str
    digest: str  # of its metadata
    looked_at: datetime
    copied: str | None = None  # the newest version in the vault
    copied_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What AWS's list says of a secret that the keeper may have missed."""

    arn: str
    changed_at: datetime | None = None
    current: str | None = None  # the version that bears AWSCURRENT
    is_pinned: bool = False  # the current version bears a pin of ours
    may_be_copied: bool = True  # no replica, and managed by no service


def has_stood(listed: Listed, now: datetime) -> bool:
    """Tell whether the current version stood long enough without anybody's doing, and no pin keeps it yet."""
    if listed.current is None or listed.is_pinned or listed.changed_at is None:
        return False
    return now - listed.changed_at >= STOOD


def is_missed(listed: Listed, kept: Kept | None) -> bool:
    """Tell whether a secret has no snapshot yet, or has changed since it was looked at."""
    if kept is None or kept.arn != listed.arn:
        return True
    return listed.changed_at is not None and listed.changed_at > kept.looked_at


def is_ending(expires_at: datetime, now: datetime, *, days: int) -> bool:
    """Tell whether a copy of so many days must be taken again: it shall outlive the longest recovery window.

    Of those that are kept for thirty days none can; they are taken again when half of their time is over.
    """
    return expires_at - now < min(_LONGEST_WINDOW + _SPARE, timedelta(days=days) / 2)


def lacks_copy(listed: Listed, kept: Kept | None, now: datetime, *, days: int) -> bool:
    """Tell whether the current version of an opted-in secret is not in the vault, or not for much longer."""
    if listed.current is None or not listed.may_be_copied:
        return False
    if kept is None or kept.arn != listed.arn or kept.copied != listed.current:
        return True
    return kept.copied_until is None or is_ending(kept.copied_until, now, days=days)


def is_opting_in(listed: Listed, kept: Kept | None) -> bool:
    """Tell whether an opted-in secret has never been copied."""
    return listed.may_be_copied and (kept is None or kept.arn != listed.arn or kept.copied is None)
