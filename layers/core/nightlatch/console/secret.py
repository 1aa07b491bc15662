"""One secret: who did what to it, what changed in its value key by key, and all that is kept of it; never a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from flask import Flask, render_template, request

from nightlatch.adapters.counting.counted_dynamodb import DynamoCounted
from nightlatch.console.desk import Desk
from nightlatch.domain.errors import NightlatchError, NotFound
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.secret.copies import Copy, Proof, of_version
from nightlatch.domain.secret.metadata import MetadataSnapshot, changes
from nightlatch.domain.secret.versions import Version
from nightlatch.reach.connection import Connection
from nightlatch.reach.kept import ANOTHER, Kept, what_is_kept
from nightlatch.service.comparing import compare
from nightlatch.service.timeline import Line, story_of_sightings
from nightlatch.service.use_words import came_from, moment, rate

REMEMBERED = timedelta(days=90)
_DAYS_COUNTED = 7
_OLDEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One version, by what it is kept, and what changed with it."""

    id: str
    version: Version | None  # None where the vault alone has it
    kept_by: str
    copy: Copy | None
    proof: Proof | None
    changed: str  # against the version before it

    @property
    def own_labels(self) -> list[str]:
        """The labels that are not our pins."""
        return sorted(self.version.labels - {*self.version.pins}) if self.version else []


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The metadata as they were from a moment on."""

    snapshot: MetadataSnapshot
    changed: tuple[str, ...]


class SecretPages:
    """The page of a secret, and the way to it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_to(self, app: Flask) -> None:
        """Add the page."""
        app.add_url_rule("/secret", "secret", self.secret)

    def secret(self) -> str:
        """Show what is known of a secret.

        Raises:
            NotFound: None is named, or nothing is known of it.
            Unavailable: AWS could not be asked.
        """
        named = request.args.get("secret", "").strip()
        if not named:
            raise NotFound("no secret is named; choose one under Secrets")
        connection = self._desk.connection
        asked = connection.secret(named)
        kept = what_is_kept(asked, connection)
        held = held_versions(kept, connection.proofs.of([one.id for one in kept.copies]))
        changed = {one.id: one.changed for one in held if one.changed}
        return render_template(
            "secret.html",
            named=named,
            kept=kept,
            held=held,
            changed=changed,
            story=self._story(asked),
            states=_states(kept.snapshots),
            readers=self._readers(asked),
        )

    def _story(self, asked: SecretRef) -> tuple[Line, ...]:
        connection = self._desk.connection
        now = connection.now()
        seen = [one for key in asked.keys for one in connection.trails.between(f"secret:{key}", now - REMEMBERED, now)]
        return tuple(reversed(story_of_sightings(asked, seen, connection.own_calls.behind(seen))))

    def _readers(self, asked: SecretRef) -> list[tuple[str, str]] | None:
        """Give who reads a secret, the most eager first, each with how often."""
        connection = self._desk.connection
        try:
            found = connection.trails.readers(asked.keys)
            often = how_often(asked, connection)
        except NightlatchError:
            return None
        known = {one for some in found.values() for one in some} - connection.own_roles
        return [*often.items(), *((one, "") for one in sorted(known - often.keys()))]


def how_often(asked: SecretRef, connection: Connection) -> dict[str, str]:
    """Say of each reader of the last week how often it reads, when last and from where; empty where nothing is counted.

    Raises:
        Unavailable: The counts could not be asked.
    """
    counted = DynamoCounted(connection.state, now=connection.now, days=_DAYS_COUNTED)
    span = counted.span()
    if span is None:
        return {}
    readers = counted.totals(asked.keys).use_of(asked.keys, span).readers
    return {use.principal: f"{rate(use.reads / span.hours)}, last {moment(use.last_read)} UTC from {came_from(use)}"
            for use in readers if use.reads}  # fmt: skip


def held_versions(kept: Kept, proofs: Mapping[str, Proof]) -> list[Held]:
    """Give all versions, the current first, then the newest; behind them what the vault alone has."""
    versions = kept.state.versions if kept.state else ()
    before = _befores(versions)
    found = [_held(one, before.get(one.id), kept, proofs) for one in _ordered(versions)]
    there = {one.id for one in versions}
    gone = [copy for copy in kept.copies if copy.version_id not in there]
    return found + [_in_the_vault(copy, kept, proofs) for copy in gone]


def _held(one: Version, before: Version | None, kept: Kept, proofs: Mapping[str, Proof]) -> Held:
    copy = of_version(kept.copies, one.id)
    own = one.labels - {*one.pins}
    kept_by = ", ".join(one.pins) or ("its labels" if own else "nothing: AWS may remove it")
    changed = compare(before.id, one.id, kept.copies).words if before is not None and kept.copies else ""
    return Held(id=one.id, version=one, kept_by=kept_by, copy=copy, proof=_proof(copy, proofs), changed=changed)


def _in_the_vault(copy: Copy, kept: Kept, proofs: Mapping[str, Proof]) -> Held:
    whose = kept.whose(copy.secret_arn)
    of_whom = f", of {whose}" if whose == ANOTHER else ""
    kept_by = f"the vault alone{of_whom}"
    return Held(id=copy.version_id, version=None, kept_by=kept_by, copy=copy, proof=_proof(copy, proofs), changed="")


def _proof(copy: Copy | None, proofs: Mapping[str, Proof]) -> Proof | None:
    return proofs.get(copy.id) if copy is not None else None


def _befores(versions: Sequence[Version]) -> Mapping[str, Version]:
    """Give the version that was made before each one: after a rollback the current one is not the newest."""
    by_age = sorted(versions, key=_made_at)
    return {after.id: before for before, after in pairwise(by_age)}


def _made_at(one: Version) -> datetime:
    return one.created_at or _OLDEST


def _ordered(versions: Sequence[Version]) -> list[Version]:
    newest_first = sorted(versions, key=_made_at, reverse=True)
    return sorted(newest_first, key=lambda one: not one.is_current)


def _states(snapshots: Sequence[MetadataSnapshot]) -> list[State]:
    befores: list[MetadataSnapshot | None] = [*snapshots[1:], None][: len(snapshots)]
    return [
        State(snapshot=one, changed=changes(before.metadata, one.metadata) if before else ("first seen",))
        for one, before in zip(snapshots, befores, strict=True)
    ]
