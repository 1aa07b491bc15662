"""Which version to pin, and which pins make room: a pin is a staging label, and no value is read to make one.

The oldest make room, but for the last few that served for a day: six quick writes an hour would else push out within
hours all that anybody might want back.

Source: Secrets Manager user guide, whats-in-a-secret (labelled versions are kept, 20 labels a secret).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nightlatch.domain.secret.versions import (
    LABEL_LIMIT,
    PENDING,
    PIN_PREFIX,
    PREVIOUS,
    SecretState,
    Version,
    why_not_ours,
)

MOST_PINS = 15  # of 20 labels a secret may bear: three are AWS's, two stay free for the owner
_SERVED = timedelta(days=1)
_LAST_SHARE = 3  # one pin in so many goes last; more, and a secret that is rotated each hour had no recent ones


@dataclass(frozen=True, slots=True, kw_only=True)
class PinPlan:
    """One label to attach, and the oldest of ours that make room for it."""

    version_id: str
    label: str
    drop: tuple[tuple[str, str], ...] = ()  # (version id, label)


def pin_label(version_id: str, now: datetime) -> str:
    """Name a pin: `nightlatch/20260302T090000Z-1a2b3c4d`."""
    return f"{PIN_PREFIX}{now:%Y%m%dT%H%M%SZ}-{version_id[:8]}"


def plan_pin(
    secret: SecretState, *, budget: int, now: datetime, by: str | None = None, never: Collection[str] = ()
) -> PinPlan | None:
    """Plan to keep the version that has just been superseded; None when there is nothing to do.

    Args:
        secret: As described now.
        by: The version that superseded it. Where that is current no more, others came quickly after it, AWSPREVIOUS is
            one of them, and the version before `by` bears no label at all.
        budget: How many pins the policy wants, 15 at most.
        now: Becomes part of the label.
        never: Versions that are not worth keeping: what is offered to be taken back.
    """
    superseded = _superseded(secret, by)
    if why_not_ours(secret) or secret.deleted_at or superseded is None or superseded.id in never:
        return None
    return pin_of(secret, superseded, budget=budget, now=now)


def pin_of(secret: SecretState, version: Version, *, budget: int, now: datetime) -> PinPlan | None:
    """Plan to keep one version; None when a pin holds it already or there is no room for one."""
    budget = min(budget, MOST_PINS)
    if version.pins or budget < 1:
        return None
    ours = _in_order_of_leaving(secret, budget)
    foreign = sum(1 for version in secret.versions for label in version.labels if not label.startswith(PIN_PREFIX))
    room = min(budget, LABEL_LIMIT - foreign) - 1
    if room < 0:
        return None
    return PinPlan(
        version_id=version.id,
        label=pin_label(version.id, now),
        drop=ours[: max(0, len(ours) - room)],
    )


def _superseded(secret: SecretState, by: str | None) -> Version | None:
    previous, successor = secret.holder(PREVIOUS), secret.version(by) if by is not None else None
    if successor is None or successor.is_current or successor.created_at is None:
        return previous
    ordinary = [v for v in secret.versions if not v.is_current and PENDING not in v.labels and v.created_at is not None]
    earlier = [version for version in ordinary if version.created_at and version.created_at < successor.created_at]
    return max(earlier, key=lambda version: (version.created_at, version.id), default=previous)


def pins_of(secret: SecretState) -> tuple[tuple[str, str], ...]:
    """Give our pins as (version id, label), the oldest first."""
    ours = sorted((label, version.id) for version in secret.versions for label in version.pins)
    return tuple((version_id, label) for label, version_id in ours)


def _in_order_of_leaving(secret: SecretState, budget: int) -> tuple[tuple[str, str], ...]:
    ours = pins_of(secret)
    made = sorted(version.created_at for version in secret.versions if version.created_at is not None)
    served = [pin for pin in ours if _served_a_day(secret.version(pin[0]), made)]
    last = served[-max(1, budget // _LAST_SHARE) :]
    return (*(pin for pin in ours if pin not in last), *last)


def _served_a_day(version: Version | None, made: Sequence[datetime]) -> bool:
    """Tell whether no younger version is known from the day after this one; unknown times count for it."""
    if version is None or version.created_at is None:
        return True
    place = bisect_right(made, version.created_at)
    return place == len(made) or made[place] - version.created_at >= _SERVED


def pins_since(secret: SecretState, since: datetime) -> tuple[tuple[str, str], ...]:
    """Give our pins made since a moment; one whose label tells no time counts as made since: a purge follows a leak."""
    return tuple((version_id, label) for version_id, label in pins_of(secret) if _made_at(label, since) >= since)


def _made_at(label: str, unknown: datetime) -> datetime:
    try:
        return datetime.strptime(label.removeprefix(PIN_PREFIX)[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return unknown
