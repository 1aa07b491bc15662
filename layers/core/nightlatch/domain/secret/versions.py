"""A secret and its versions as AWS describes them, without a value, and whose it is to act on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

CURRENT = "AWSCURRENT"
PREVIOUS = "AWSPREVIOUS"
PENDING = "AWSPENDING"
PIN_PREFIX = "nightlatch/"
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
    created_at: datetime | None = None
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
