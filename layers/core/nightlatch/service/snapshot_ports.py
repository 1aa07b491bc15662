"""What keeping snapshots asks of the world: metadata as AWS tells them, a table of ours, and the vault's two sides.

No port gives a value: the keeper's side takes it from Secrets Manager and puts it away, the responder's side opens it
only to compare it or to hand it straight to one call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from nightlatch.domain.answering.keeping import Kept
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.secret.copies import Copy, Proof
from nightlatch.domain.secret.fingerprints import Shape
from nightlatch.domain.secret.metadata import MetadataSnapshot, SecretMetadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A secret as AWS describes it now: its metadata, and which version bears which labels."""

    metadata: SecretMetadata
    labels: Mapping[str, tuple[str, ...]]  # version id -> labels
    deleted_at: datetime | None = None
    changed_at: datetime | None = None  # LastChangedDate

    @property
    def secret(self) -> SecretRef:
        """Refer to it: AWS wrote this ARN."""
        return secret_ref(self.metadata.arn, account_id="", region="", by_aws=True)

    def holder(self, label: str) -> str | None:
        """Give the id of the version that bears a label."""
        return next((version_id for version_id, labels in self.labels.items() if label in labels), None)


class Descriptions(Protocol):
    """Secrets without their values."""

    def describe(self, secret: SecretRef) -> Described:
        """Describe a secret with its policy; raises NotFound, Refused or Unavailable."""


class Snapshots(Protocol):
    """Metadata snapshots, by secret. All may raise Unavailable."""

    def latest(self, secret: SecretRef) -> MetadataSnapshot | None:
        """Give the newest snapshot of what a reference can mean."""

    def of(self, secret: SecretRef, at: datetime | None = None) -> tuple[MetadataSnapshot, ...]:
        """Give the snapshots of what a reference can mean, the newest first; earlier secrets of the name too.

        Args:
            secret: Which one.
            at: A moment whose state is wanted, too, however much has changed since.
        """

    def keep(self, snapshot: MetadataSnapshot) -> bool:
        """Keep a snapshot unless the newest says the same; tell whether it is new."""


class KeptStates(Protocol):
    """What the keeper last did about secrets. All may raise Unavailable."""

    def note(self, kept: Kept) -> None:
        """Remember it; of two the later look counts."""

    def states(self, arns: Sequence[str]) -> Mapping[str, Kept]:
        """Give it for each secret that was looked at, by ARN."""


class KeeperQueue(Protocol):
    """The way to the keeper. May raise Unavailable."""

    def ask(self, arns: Sequence[str]) -> None:
        """Ask it to look at secrets, and to copy their current values where policy says so."""


class Copies(Protocol):
    """What is known of the vault's copies. All may raise Unavailable."""

    def get(self, copy_id: str) -> Copy:
        """Give a copy; raises NotFound."""

    def of(self, secret: SecretRef) -> tuple[Copy, ...]:
        """Give the copies of what a reference can mean, the newest first."""

    def keep(self, copy: Copy) -> None:
        """Remember a copy; keeping it twice is keeping it once."""

    def all(self) -> Iterable[Copy]:
        """Give every copy that has not expired."""


class Proofs(Protocol):
    """What the restore drills found. All may raise Unavailable."""

    def record(self, proofs: Sequence[Proof], now: datetime) -> None:
        """Remember what a drill found, by copy, by secret and over all."""

    def of(self, copy_ids: Iterable[str]) -> Mapping[str, Proof]:
        """Give the last proof of each copy that has one."""

    def last_drill(self) -> datetime | None:
        """Say when a drill last opened everything that it tried."""


class VaultIn(Protocol):
    """The keeper's side: values go in."""

    def take(self, described: Described, version_id: str, *, days: int, now: datetime) -> Copy:
        """Read one version's value, put it away encrypted, and give what is known of it.

        Raises:
            NotFound: The version is gone.
            Refused: A permission is missing, or a key is disabled; the message says which.
            Unavailable: AWS could not be asked.
        """


class VaultOut(Protocol):
    """The responder's side: a copy is opened to be compared, or for one call."""

    def shape(self, copy: Copy) -> Shape:
        """Open a copy and give its fingerprints; raises Refused where it does not open, NotFound where it is gone."""

    def metadata(self, copy: Copy) -> SecretMetadata:
        """Open a copy and give the metadata that went along; raises as `shape` does."""

    def call(self, client: Any, operation: str, parameters: Mapping[str, object], copy: Copy) -> Mapping[str, Any]:
        """Make one call of Secrets Manager with the copy's value in SecretString or SecretBinary; raises as `shape`."""
