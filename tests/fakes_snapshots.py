"""Fakes of the ports of snapshots and vault; `tests/contracts` holds them and the adapters to the same promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from fakes import ACCOUNT, NOW, REGION, FixedClock
from nightlatch.domain.answering.keeping import Kept
from nightlatch.domain.errors import NotFound
from nightlatch.domain.event.secrets import SecretRef, may_be_same, secret_ref
from nightlatch.domain.secret.copies import Copy, Proof, copy_id
from nightlatch.domain.secret.fingerprints import Kind, Shape
from nightlatch.domain.secret.metadata import MetadataSnapshot, SecretMetadata
from nightlatch.service.snapshot_ports import Described

V1, V2, V3 = (f"0000000{n}-0000-4000-8000-000000000000" for n in (1, 2, 3))


def an_arn(name: str = "prod/db", suffix: str = "AbCdEf") -> str:
    return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-{suffix}"


def metadata_of(name: str = "prod/db", *, suffix: str = "AbCdEf", **said: Any) -> SecretMetadata:
    return SecretMetadata(name=name, arn=an_arn(name, suffix), **said)


def a_snapshot(at: datetime = NOW, metadata: SecretMetadata | None = None, **said: Any) -> MetadataSnapshot:
    return MetadataSnapshot(taken_at=at, metadata=metadata or metadata_of(), **said)


def a_shape(seed: str = "planted") -> Shape:
    return Shape(kind=Kind.TEXT, whole=sha256(seed.encode()).hexdigest()[:32], size_class=4)


def a_copy(version_id: str = V1, name: str = "prod/db", *, at: datetime = NOW, days: int = 90, **said: Any) -> Copy:
    arn = said.pop("arn", an_arn(name))
    made = Copy(
        id=copy_id(arn, version_id),
        secret_arn=arn,
        secret_name=name,
        version_id=version_id,
        taken_at=at,
        expires_at=at + timedelta(days=days),
        labels=("AWSCURRENT",),
        metadata_digest=metadata_of(name).digest,
        shape=a_shape(version_id),
        place=f"copies/{days}/{copy_id(arn, version_id)}",
        object_version="o1",
    )
    return replace(made, **said)


def _ref(arn: str) -> SecretRef:
    return secret_ref(arn, account_id="", region="", by_aws=True)


@dataclass
class FakeDescriptions:
    """Secrets without their values."""

    by_name: dict[str, Described] = field(default_factory=dict)
    fails_with: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def put(self, metadata: SecretMetadata, labels: Mapping[str, tuple[str, ...]] | None = None, **said: Any) -> None:
        self.by_name[metadata.name] = Described(
            metadata=metadata, labels=labels if labels is not None else {V1: ("AWSCURRENT",)}, **said
        )

    def describe(self, secret: SecretRef) -> Described:
        self.asked.append(secret.name)
        if self.fails_with is not None:
            raise self.fails_with
        found = next((one for one in self.by_name.values() if may_be_same(secret, one.secret)), None)
        if found is None:
            raise NotFound(f"secret {secret.name} does not exist in this account and Region")
        return found


class FakeSnapshots:
    """Metadata snapshots, and what the keeper last did, in memory."""

    def __init__(self) -> None:
        self.stored: list[MetadataSnapshot] = []
        self.kept: dict[str, Kept] = {}

    def latest(self, secret: SecretRef) -> MetadataSnapshot | None:
        return next(iter(self.of(secret)), None)

    def of(self, secret: SecretRef, at: datetime | None = None) -> tuple[MetadataSnapshot, ...]:
        del at
        found = [one for one in self.stored if may_be_same(secret, _ref(one.metadata.arn))]
        return tuple(sorted(found, key=lambda one: one.taken_at, reverse=True))

    def keep(self, snapshot: MetadataSnapshot) -> bool:
        of_name = [one for one in self.stored if one.metadata.name == snapshot.metadata.name]
        newest = max(of_name, key=lambda one: one.taken_at, default=None)
        if newest is not None and newest.digest == snapshot.digest:
            return False
        self.stored.append(snapshot)
        return True

    def note(self, kept: Kept) -> None:
        before = self.kept.get(kept.arn)
        if before is None or before.looked_at <= kept.looked_at:
            self.kept[kept.arn] = kept

    def states(self, arns: Sequence[str]) -> Mapping[str, Kept]:
        return {arn: self.kept[arn] for arn in arns if arn in self.kept}


class FakeCopies:
    """What is known of copies, in memory."""

    def __init__(self, now: FixedClock | None = None) -> None:
        self._now = now or FixedClock()
        self.by_id: dict[str, Copy] = {}

    def get(self, copy_id: str) -> Copy:
        found = next((one for one in self.all() if one.id == copy_id), None)
        if found is None:
            raise NotFound(f"copy {copy_id} is not in the vault (any more)")
        return found

    def of(self, secret: SecretRef) -> tuple[Copy, ...]:
        found = [one for one in self.all() if may_be_same(secret, one.secret)]
        return tuple(sorted(found, key=lambda one: (one.taken_at, one.id), reverse=True))

    def keep(self, copy: Copy) -> None:
        self.by_id[copy.id] = copy

    def all(self) -> Iterable[Copy]:
        return [one for one in self.by_id.values() if one.expires_at > self._now()]


class FakeProofs:
    """What drills found, in memory."""

    def __init__(self) -> None:
        self.by_copy: dict[str, Proof] = {}
        self.last: datetime | None = None

    def record(self, proofs: Sequence[Proof], now: datetime) -> None:
        self.by_copy.update({one.copy_id: one for one in proofs})
        if proofs and all(one.held for one in proofs):
            self.last = now

    def of(self, copy_ids: Iterable[str]) -> Mapping[str, Proof]:
        return {one: self.by_copy[one] for one in copy_ids if one in self.by_copy}

    def last_drill(self) -> datetime | None:
        return self.last


@dataclass
class FakeVault:
    """Both sides of a vault that holds nothing but shapes."""

    shapes: dict[str, Shape] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    fails_with: Exception | None = None

    def take(self, described: Described, version_id: str, *, days: int, now: datetime) -> Copy:
        if self.fails_with is not None:
            raise self.fails_with
        self.taken.append(version_id)
        metadata = described.metadata
        made = a_copy(version_id, metadata.name, at=now, days=days, arn=metadata.arn, metadata_digest=metadata.digest)
        self.shapes[made.id] = made.shape
        return made

    def shape(self, copy: Copy) -> Shape:
        self.opened.append(copy.id)
        if self.fails_with is not None:
            raise self.fails_with
        return self.shapes.get(copy.id, copy.shape)

    def metadata(self, copy: Copy) -> SecretMetadata:
        return metadata_of(copy.secret_name)

    def call(self, client: Any, operation: str, parameters: Mapping[str, object], copy: Copy) -> Mapping[str, Any]:
        self.opened.append(copy.id)
        act: Callable[..., Mapping[str, Any]] = getattr(client, operation)
        return act(**parameters)


@dataclass
class FakeKeeperQueue:
    """The way to the keeper, in memory."""

    asked: list[str] = field(default_factory=list)

    def ask(self, arns: Sequence[str]) -> None:
        self.asked.extend(arns)
