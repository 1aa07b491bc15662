"""A secret's versions, which of them to pin, and whether going back to one will help or hurt.

A pin is a staging label: Secrets Manager never removes a labelled version, and no value is read to
make one. A rollback moves AWSCURRENT back with a compare-and-set, and is refused when that would fail
or lie. Nothing here sees a value.

Source: Secrets Manager user guide, whats-in-a-secret (labelled versions are kept, 20 labels a secret)
and roll-back-secret; botocore service model, UpdateSecretVersionStage.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.errors import NothingToRestore, Refused, WorldMoved

CURRENT = "AWSCURRENT"
PREVIOUS = "AWSPREVIOUS"
PENDING = "AWSPENDING"
PIN_PREFIX = "nightlatch/"
MOST_PINS = 15  # of 20 labels a secret may bear: three are AWS's, two stay free for the owner
LABEL_LIMIT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a secret, without its value."""

    id: str
    labels: frozenset[str]
    created_at: datetime | None = None
    key_id: str | None = None  # the KMS key it is encrypted with, where AWS says

    @property
    def is_current(self) -> bool:
        """Whether readers get this one."""
        return CURRENT in self.labels

    @property
    def pins(self) -> tuple[str, ...]:
        """Our labels on it, the oldest first."""
        return tuple(sorted(label for label in self.labels if label.startswith(PIN_PREFIX)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretState:
    """A secret as AWS describes it now."""

    arn: str
    name: str
    versions: tuple[Version, ...]
    rotation_enabled: bool = False
    owning_service: str | None = None
    is_replica: bool = False
    deleted_at: datetime | None = None
    key_id: str | None = None
    replica_regions: frozenset[str] = frozenset()  # where a primary has replicas, whole or still being made
    unusable_keys: frozenset[str] = frozenset()  # keys of its versions that are disabled or pending deletion

    @property
    def current(self) -> Version | None:
        """The version that readers get."""
        return next((version for version in self.versions if version.is_current), None)

    def version(self, version_id: str) -> Version | None:
        """Find a version that still exists."""
        return next((version for version in self.versions if version.id == version_id), None)

    def holder(self, label: str) -> Version | None:
        """Find the version that bears a label."""
        return next((version for version in self.versions if label in version.labels), None)


def why_not_ours(secret: SecretState) -> str | None:
    """Say why nightlatch leaves this secret alone; None when it may act on it."""
    if secret.owning_service:
        return f"secret {secret.name} is managed by {secret.owning_service}; use that service to change it"
    if secret.is_replica:
        return f"secret {secret.name} is a replica; act on the primary secret in its own Region"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PinPlan:
    """One label to attach, and the oldest of ours that make room for it."""

    version_id: str
    label: str
    drop: tuple[tuple[str, str], ...] = ()  # (version id, label)


def pin_label(version_id: str, now: datetime) -> str:
    """Name a pin: `nightlatch/20260302T090000Z-1a2b3c4d`."""
    return f"{PIN_PREFIX}{now:%Y%m%dT%H%M%SZ}-{version_id[:8]}"


def plan_pin(secret: SecretState, *, budget: int, now: datetime, by: str | None = None) -> PinPlan | None:
    """Plan to keep the version that has just been superseded; None when there is nothing to do.

    Args:
        secret: As described now.
        by: The version that superseded it. Where that is current no more, others came quickly after it, AWSPREVIOUS is
            one of them, and the version before `by` bears no label at all.
        budget: How many pins the policy wants, 15 at most.
        now: Becomes part of the label.
    """
    superseded = _superseded(secret, by)
    budget = min(budget, MOST_PINS)
    if why_not_ours(secret) or secret.deleted_at or superseded is None or superseded.pins or budget < 1:
        return None
    ours = sorted((label, version.id) for version in secret.versions for label in version.pins)
    foreign = sum(1 for version in secret.versions for label in version.labels if not label.startswith(PIN_PREFIX))
    room = min(budget, LABEL_LIMIT - foreign) - 1
    if room < 0:
        return None
    surplus = ours[: max(0, len(ours) - room)]
    return PinPlan(
        version_id=superseded.id,
        label=pin_label(superseded.id, now),
        drop=tuple((version_id, label) for label, version_id in surplus),
    )


def _superseded(secret: SecretState, by: str | None) -> Version | None:
    previous, successor = secret.holder(PREVIOUS), secret.version(by) if by is not None else None
    if successor is None or successor.is_current or successor.created_at is None:
        return previous
    ordinary = [v for v in secret.versions if not v.is_current and PENDING not in v.labels and v.created_at is not None]
    earlier = [version for version in ordinary if version.created_at and version.created_at < successor.created_at]
    return max(earlier, key=lambda version: (version.created_at, version.id), default=previous)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """Move AWSCURRENT from one version to another, knowing what may come of it."""

    secret_arn: str
    away_from: str
    to: str
    warnings: tuple[str, ...] = ()


def plan_rollback(
    secret: SecretState, *, away_from: str | None = None, to: str | None = None, avoid: Collection[str] = ()
) -> Rollback:
    """Choose the version to go back to and say what to expect.

    Without `to` it is the version that was current before, or the newest pinned one. Whoever names neither version is
    not made to guess: where the version before is the younger one, the secret was rolled back already.

    Args:
        secret: As described now.
        away_from: The version the caller saw as current; the plan is refused when it no longer is.
        to: The version wanted.
        avoid: Versions that the same hand made: where the version before is one of them, what was before all of them.

    Raises:
        Refused: The secret is managed, a replica, pending deletion, or the target's key is unusable.
        WorldMoved: `away_from` is no longer current.
        NothingToRestore: The target does not exist, there is none, or which one is meant is not clear.
    """
    _refuse_unfit(secret)
    current = secret.current
    if current is None:
        raise NothingToRestore(f"secret {secret.name} has no current version; put a value first")
    if away_from is not None and current.id != away_from:
        raise WorldMoved(
            f"secret {secret.name}: version {away_from} is no longer current, {current.id} is; plan the rollback again"
        )
    if away_from is None and to is None:
        _refuse_to_guess(secret, current)
    target = _target(secret, current, to, avoid)
    if target.key_id in secret.unusable_keys:
        raise Refused(f"secret {secret.name}: key {target.key_id} of version {target.id} is disabled; enable it first")
    warnings = _warnings(secret, target)
    return Rollback(secret_arn=secret.arn, away_from=current.id, to=target.id, warnings=warnings)


def _refuse_unfit(secret: SecretState) -> None:
    reason = why_not_ours(secret)
    if reason:
        raise Refused(reason)
    if secret.deleted_at:
        raise Refused(
            f"secret {secret.name} is scheduled for deletion; restore it first:"
            f" aws secretsmanager restore-secret --secret-id {secret.name}"
        )


def _refuse_to_guess(secret: SecretState, current: Version) -> None:
    previous = secret.holder(PREVIOUS)
    if previous is None or previous.created_at is None or current.created_at is None:
        return
    if previous.created_at > current.created_at:
        raise NothingToRestore(
            f"secret {secret.name}: the version before ({previous.id}) is younger than the current one, so it was"
            " rolled back already; say which version you want: --to (see nightlatch snapshots list)"
        )


def _target(secret: SecretState, current: Version, to: str | None, avoid: Collection[str]) -> Version:
    if to is None:
        previous = secret.holder(PREVIOUS)
        candidates = ([previous] if previous else []) + _before(secret, avoid) + _newest_pinned(secret.versions)
        chosen = next((v for v in candidates if v.id != current.id and v.id not in avoid), None)
        if chosen is None:
            whose = ", but those that the same hand made" if avoid else ""
            raise NothingToRestore(f"secret {secret.name} has no earlier version to go back to{whose}")
        return chosen
    if to == current.id:
        raise NothingToRestore(f"secret {secret.name}: version {to} is already current")
    found = secret.version(to)
    if found is None:
        raise NothingToRestore(f"secret {secret.name}: version {to} no longer exists; see nightlatch snapshots list")
    return found


def _before(secret: SecretState, avoid: Collection[str]) -> list[Version]:
    """Give the versions that are older than all that must be avoided, the youngest first; they may bear no label."""
    made = [version.created_at for version in secret.versions if version.id in avoid and version.created_at is not None]
    if not made:
        return []
    older = [v for v in secret.versions if v.created_at and v.created_at < min(made) and PENDING not in v.labels]
    return sorted(older, key=lambda version: (version.created_at, version.id), reverse=True)


def _newest_pinned(versions: Iterable[Version]) -> list[Version]:
    return sorted((v for v in versions if v.pins), key=lambda version: version.pins[-1], reverse=True)


def _warnings(secret: SecretState, target: Version) -> tuple[str, ...]:
    warnings = []
    if secret.rotation_enabled:
        warnings.append(
            "rotation is on: the database may no longer accept the older password; rotate again if it does not"
        )
    pending = secret.holder(PENDING)
    if pending is not None and not pending.is_current:
        warnings.append("a rotation is in progress (AWSPENDING is set): it may move AWSCURRENT again")
    if target.key_id and secret.key_id and target.key_id != secret.key_id:
        warnings.append("the older version is encrypted under another key: check that readers may use it")
    return tuple(warnings)
