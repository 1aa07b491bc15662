"""What a secret is beside its value, kept each time it changes, and how two states differ in words.

So that a policy, a tag or a key can be put back byte for byte. AWS itself encrypts none of this, and people write
credentials into descriptions and tags all the same: what is told names the keys of tags, and never quotes a
description or a tag's value.

Source: Secrets Manager API reference, DescribeSecret and GetResourcePolicy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256

_DIGEST_LENGTH = 32  # hexadecimal digits: 128 bits
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationSettings:
    """How a secret rotates, or did before it was turned off: AWS keeps the settings."""

    enabled: bool = False
    lambda_arn: str | None = None
    days: int | None = None  # AutomaticallyAfterDays; AWS gives it or the schedule
    schedule: str | None = None  # ScheduleExpression
    duration: str | None = None  # of the window, such as `3h`
    external_role: str | None = None  # of a managed external secret, which no function rotates
    external_settings: Pairs = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaSettings:
    """A copy of a primary in another Region."""

    region: str
    key_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretMetadata:
    """Everything that AWS says of a secret beside its versions and its value."""

    name: str
    arn: str
    description: str = field(default="", repr=False)
    tags: Pairs = field(default=(), repr=False)  # sorted
    policy_text: str | None = None  # byte for byte; None where it has none
    key_id: str | None = None  # as AWS wrote it; None for aws/secretsmanager
    rotation: RotationSettings = field(default_factory=RotationSettings)
    replicas: tuple[ReplicaSettings, ...] = ()  # sorted by Region; of a primary
    primary_region: str | None = None
    owning_service: str | None = None
    type: str | None = None  # of a managed external secret: the partner that holds the credential

    @property
    def digest(self) -> str:
        """Name this state: equal metadata have equal digests, in whatever order AWS listed tags and replicas."""
        fields = asdict(self)
        fields["tags"] = sorted(self.tags)
        fields["replicas"] = sorted((one.region, one.key_id or "") for one in self.replicas)
        return sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:_DIGEST_LENGTH]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataSnapshot:
    """What a secret's metadata were at a moment.

    It holds from `taken_at` until the next one of the secret: a state that has not changed is not kept again.
    """

    taken_at: datetime  # when AWS was asked, which may be minutes after what caused it
    metadata: SecretMetadata
    cause_event_id: str | None = None  # the event it was taken after; None where a sweep found the change
    caused_at: datetime | None = None  # when that event happened

    @property
    def digest(self) -> str:
        """The digest of its metadata."""
        return self.metadata.digest


def as_of(snapshots: Iterable[MetadataSnapshot], moment: datetime) -> MetadataSnapshot | None:
    """Give the snapshot that held at a moment; None where the first was taken later."""
    return max((one for one in snapshots if one.taken_at <= moment), key=lambda one: one.taken_at, default=None)


def before(snapshots: Iterable[MetadataSnapshot], event_at: datetime) -> MetadataSnapshot | None:
    """Give the last snapshot that cannot show what an event did: it was taken before the event happened.

    Of two changes within the minutes that CloudTrail needs, both are undone by going back to it: the state between
    them was never seen.
    """
    return max((one for one in snapshots if one.taken_at < event_at), key=lambda one: one.taken_at, default=None)


def changes(before: SecretMetadata, after: SecretMetadata) -> tuple[str, ...]:
    """Say in words what is otherwise now; keys of tags are named, their values and descriptions never."""
    return tuple(_changes(before, after))


def _changes(before: SecretMetadata, after: SecretMetadata) -> Iterator[str]:
    if before.arn != after.arn:
        yield "created again under another ARN"
    if before.description != after.description:
        yield f"description {_kind_of_change(before.description or None, after.description or None)}"
    yield from (f"tag {name} {what}" for name, what in _differences(dict(before.tags), dict(after.tags)))
    if before.policy_text != after.policy_text:
        yield f"resource policy {_kind_of_change(before.policy_text, after.policy_text)}"
    if before.key_id != after.key_id:
        yield f"key changed from {_key(before.key_id)} to {_key(after.key_id)}"
    yield from _rotation_changes(before.rotation, after.rotation)
    replicas = ({one.region: _key(one.key_id) for one in some.replicas} for some in (before, after))
    for region, what in _differences(*replicas):
        yield f"replica in {region} {'moved to another key' if what == 'changed' else what}"
    if before.owning_service != after.owning_service:
        yield f"managed by {after.owning_service or 'no service any more'}"


def _rotation_changes(before: RotationSettings, after: RotationSettings) -> Iterator[str]:
    if before.enabled != after.enabled:
        yield f"rotation turned {'on' if after.enabled else 'off'}"
    if before.lambda_arn != after.lambda_arn:
        yield f"rotation function {_kind_of_change(before.lambda_arn, after.lambda_arn)}"
    if _rhythm(before) != _rhythm(after):
        yield f"rotation schedule changed from {_rhythm(before)} to {_rhythm(after)}"
    external = ((some.external_role, some.external_settings) for some in (before, after))
    if len(set(external)) > 1:
        yield "settings of the external rotation changed"


def _rhythm(rotation: RotationSettings) -> str:
    rhythm = rotation.schedule or (f"each {rotation.days} days" if rotation.days else "none")
    return f"{rhythm} within {rotation.duration}" if rotation.duration else rhythm


def _key(key_id: str | None) -> str:
    return key_id or "aws/secretsmanager"


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield name, _kind_of_change(before.get(name), after.get(name))


def _kind_of_change(before: str | None, after: str | None) -> str:
    if before is None:
        return "added"
    return "removed" if after is None else "changed"
