"""Keeps what a secret is after each change: its metadata when they are new, and the value of what is opted in.

look (one description) ──> keep the metadata if they changed ──> copy each version that is wanted and not there yet
                       ──> note that it was looked at, last: a crash before it lets the auditor's sweep ask again

Nothing is written to any secret, whatever the mode: the keeper writes to nightlatch's own table and bucket.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from nightlatch.domain.answering.keeping import Kept, is_ending
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.answering.upkeep import moves_current
from nightlatch.domain.errors import NotFound, Refused
from nightlatch.domain.event.events import LABEL_UPDATED, SecretEvent
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.secret.copies import Copy, of_version
from nightlatch.domain.secret.metadata import MetadataSnapshot
from nightlatch.domain.secret.versions import CURRENT, PENDING
from nightlatch.service.snapshot_ports import Copies, Described, Descriptions, KeptStates, Snapshots, VaultIn


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPorts:
    """What keeping needs; no vault where the stack was given none."""

    descriptions: Descriptions
    snapshots: Snapshots
    states: KeptStates
    copies: Copies
    vault: VaultIn | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a secret is looked at: events of one secret, or nothing but a sweep."""

    event_id: str | None = None
    at: datetime | None = None
    versions: tuple[str, ...] = ()  # that were made current


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What one look came to."""

    snapshot: MetadataSnapshot | None = None  # None: nothing new, or the secret is gone
    copies: tuple[Copy, ...] = ()
    missed: tuple[str, ...] = ()  # versions that could not be copied, and why


def is_of_interest(event: SecretEvent) -> bool:
    """Tell whether metadata or the current value may differ after an event; of label events AWSCURRENT's alone do."""
    return event.succeeded and bool(event.secrets) and (event.name != LABEL_UPDATED or moves_current(event))


def cause_of(events: Collection[SecretEvent]) -> Cause:
    """Put the events of one secret together: the last of them is the cause, every version they made current is copied.

    Args:
        events: At least one.
    """
    last = max(events, key=lambda event: (event.at, event.event_id))
    moved = (event.version_id for event in events if event.version_id and moves_current(event))
    return Cause(event_id=last.event_id, at=last.at, versions=tuple(dict.fromkeys(moved)))


def keep(secret: SecretRef, cause: Cause, *, policy: Policy, ports: KeepPorts, now: Callable[[], datetime]) -> Keeping:
    """Look at one secret and keep what is new.

    Raises:
        Refused: A permission to describe it is missing.
        Unavailable: AWS or the table could not be asked; doing all of it again does no harm.
    """
    try:
        described = ports.descriptions.describe(secret)
    except NotFound:
        return Keeping()
    if described.deleted_at is not None:
        return Keeping()  # what it was before stands in the last snapshot
    seen_at = now()  # after the answer: what happened before this moment may show in it
    snapshot = MetadataSnapshot(
        taken_at=seen_at, metadata=described.metadata, cause_event_id=cause.event_id, caused_at=cause.at
    )
    is_new = ports.snapshots.keep(snapshot)
    copies, missed = _copy(described, cause, policy, ports, seen_at)
    ports.states.note(_noted(described, copies, seen_at))
    kept = tuple(one for one in copies if one.taken_at == seen_at)
    return Keeping(snapshot=snapshot if is_new else None, copies=kept, missed=missed)


def _copy(
    described: Described, cause: Cause, policy: Policy, ports: KeepPorts, now: datetime
) -> tuple[tuple[Copy, ...], tuple[str, ...]]:
    """Copy what is wanted; give every wanted copy that is there now, and what could not be copied."""
    days = policy.protection_of(described.metadata.name).vault_days
    if ports.vault is None or not days or _why_no_copy(described):
        return (), ()
    known = ports.copies.of(described.secret)
    copies: list[Copy] = []
    missed: list[str] = []
    for version_id in _wanted(described, cause):
        there = of_version(known, version_id)
        if there is not None and not is_ending(there.expires_at, now, days=days):
            copies.append(there)
            continue
        try:
            taken = ports.vault.take(described, version_id, days=days, now=now)
        except (NotFound, Refused) as error:
            missed.append(f"version {version_id}: {error}")
            continue
        again = replace(taken, first_taken_at=there.known_since) if there is not None else taken
        ports.copies.keep(again)
        copies.append(again)
    return tuple(copies), tuple(missed)


def _why_no_copy(described: Described) -> str | None:
    """A service puts its own values back, and a replica has its primary's."""
    metadata = described.metadata
    if metadata.owning_service is not None:
        return "managed"
    is_replica = metadata.primary_region not in {None, described.secret.region}
    return "replica" if is_replica else None


def _wanted(described: Described, cause: Cause) -> Iterator[str]:
    """Give the current version, and what was current for a moment before somebody else wrote."""
    current, pending = described.holder(CURRENT), described.holder(PENDING)
    moved = (version_id for version_id in cause.versions if version_id != pending)
    yield from dict.fromkeys(version_id for version_id in (current, *moved) if version_id is not None)


def _noted(described: Described, copies: Collection[Copy], now: datetime) -> Kept:
    current = of_version(copies, described.holder(CURRENT) or "")
    return Kept(
        arn=described.metadata.arn,
        digest=described.metadata.digest,
        looked_at=now,
        copied=current.version_id if current else None,
        copied_until=current.expires_at if current else None,
    )
