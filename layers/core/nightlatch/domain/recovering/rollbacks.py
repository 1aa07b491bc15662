"""Whether going back to an earlier version will help or hurt, and to which one.

A rollback moves AWSCURRENT back with a compare-and-set, and is refused when that would fail or lie. Nothing here sees
a value.

Source: Secrets Manager user guide, roll-back-secret; API reference, UpdateSecretVersionStage.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.errors import NothingToRestore, Refused, WorldMoved
from nightlatch.domain.secret.copies import Copy
from nightlatch.domain.secret.versions import PENDING, PREVIOUS, SecretState, Version, why_not_ours


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
    refuse_unfit(secret)
    current = current_of(secret)
    if away_from is not None and current.id != away_from:
        raise WorldMoved(
            f"secret {secret.name}: version {away_from} is no longer current, {current.id} is; plan the rollback again"
        )
    if away_from is None and to is None:
        _refuse_to_guess(secret)
    target = _target(secret, current, to, avoid)
    if target.key_id in secret.unusable_keys:
        raise Refused(f"secret {secret.name}: key {target.key_id} of version {target.id} is disabled; enable it first")
    warnings = warnings_of(secret, target)
    return Rollback(secret_arn=secret.arn, away_from=current.id, to=target.id, warnings=warnings)


def refuse_unfit(secret: SecretState) -> None:
    """Refuse where no version can be made current.

    Raises:
        Refused: The secret is managed, a replica, or scheduled for deletion.
    """
    reason = why_not_ours(secret)
    if reason:
        raise Refused(reason)
    if secret.deleted_at:
        raise Refused(
            f"secret {secret.name} is scheduled for deletion; restore it first: nightlatch restore {secret.name}"
        )


def current_of(secret: SecretState) -> Version:
    """Give the version that readers get.

    Raises:
        NothingToRestore: There is none.
    """
    if secret.current is None:
        raise NothingToRestore(f"secret {secret.name} has no current version; put a value first")
    return secret.current


def refuse_to_bring_back(secret: SecretState, doubted: Collection[str]) -> None:
    """Refuse where the version before was left for the older one that is current, and is doubted: that was the mending.

    Args:
        secret: As described now.
        doubted: Versions that other offers go back from.

    Raises:
        NothingToRestore: Going back would bring the doubted version in again.
    """
    previous = secret.holder(PREVIOUS)
    if previous is not None and previous.id in doubted and went_back(secret):
        raise NothingToRestore(
            f"secret {secret.name}: somebody went back from version {previous.id} already, as it is offered; going back"
            f" from here would bring it in again. Say which version you want: --to; nightlatch snapshots list"
            f" {secret.name} shows what there is"
        )


def is_back_already(secret: SecretState, away_from: str | None, avoid: Collection[str]) -> bool:
    """Tell whether somebody went back before us: what is current is older than what was to be left."""
    current, left = secret.current, secret.version(away_from or "")
    if current is None or left is None or current.id in {left.id, *avoid}:
        return False
    return bool(current.created_at and left.created_at and current.created_at < left.created_at)


def version_at(secret: SecretState, copies: Iterable[Copy], at: datetime) -> str:
    """Give the version that was current at a moment: the youngest that there was.

    A rollback in between is not seen: versions tell when they were made, not when they were current.

    Raises:
        NothingToRestore: Neither Secrets Manager nor the vault knows a version so old.
    """
    made = [(one.created_at, one.id) for one in secret.versions if one.created_at and PENDING not in one.labels]
    known = {(secret.arn, one.id) for one in secret.versions}
    kept = [(one.known_since, one.version_id) for one in copies if (one.secret_arn, one.version_id) not in known]
    found = max((one for one in (*made, *kept) if one[0] <= at), default=None)
    if found is None:
        raise NothingToRestore(
            f"secret {secret.name}: no version is known from before {at:%Y-%m-%d %H:%M} UTC;"
            f" nightlatch snapshots list {secret.name} shows what there is"
        )
    return found[1]


def went_back(secret: SecretState) -> bool:
    """Tell whether the current version is older than the one before it: AWSCURRENT was moved back."""
    previous, current = secret.holder(PREVIOUS), secret.current
    if previous is None or previous.created_at is None or current is None or current.created_at is None:
        return False
    return previous.created_at > current.created_at


def _refuse_to_guess(secret: SecretState) -> None:
    previous = secret.holder(PREVIOUS)
    if previous is not None and went_back(secret):
        raise NothingToRestore(
            f"secret {secret.name}: the version before ({previous.id}) is younger than the current one, so it was"
            " rolled back already; say which version you want: --to;"
            f" nightlatch snapshots list {secret.name} shows what there is"
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
        raise NothingToRestore(
            f"secret {secret.name}: version {to} no longer exists;"
            f" nightlatch snapshots list {secret.name} shows what there is"
        )
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


def warnings_of(secret: SecretState, target: Version | None) -> tuple[str, ...]:
    """Say what may come of going back to a version; None where it comes out of the vault."""
    warnings = []
    if secret.rotation_enabled:
        warnings.append(
            "rotation is on: the database may no longer accept the older password; rotate again if it does not"
        )
    pending = secret.holder(PENDING)
    if pending is not None:
        warnings.append(_about_pending(pending, secret, target))
    if target is not None and target.key_id and secret.key_id and target.key_id != secret.key_id:
        warnings.append("the older version is encrypted under another key: check that readers may use it")
    return tuple(warnings)


def _about_pending(pending: Version, secret: SecretState, target: Version | None) -> str:
    """Say what AWSPENDING means: on any version but the current one it keeps a rotation from starting.

    A rotation that ends well may leave it on the version that it made, which is harmless until that one is left.
    """
    if pending == target:
        return f"version {pending.id} is of a rotation that did not end (AWSPENDING): nobody may have tried it yet"
    free = (
        f"aws secretsmanager update-secret-version-stage --secret-id {secret.name} --version-stage {PENDING}"
        f" --remove-from-version-id {pending.id}"
    )
    if pending.is_current:
        return f"version {pending.id} keeps AWSPENDING, and no rotation will start until it is taken off: {free}"
    return (
        f"a rotation is in progress or was left unfinished (AWSPENDING on version {pending.id}): it may move AWSCURRENT"
        f" again, or keeps others from starting until it is taken off: {free}"
    )
