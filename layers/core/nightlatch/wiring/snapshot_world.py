"""The adapters of snapshots and vault; each function is given the names of only those that it may use."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nightlatch.adapters.aws_clients import Clients
from nightlatch.adapters.clock import Clock
from nightlatch.adapters.inventory.account import Pace
from nightlatch.adapters.snapshots.copies_dynamodb import DynamoCopies, DynamoProofs
from nightlatch.adapters.snapshots.descriptions import AwsDescriptions
from nightlatch.adapters.snapshots.metadata_dynamodb import DynamoSnapshots
from nightlatch.adapters.snapshots.own_reads import OwnReads
from nightlatch.adapters.snapshots.requests import SqsKeeperQueue
from nightlatch.adapters.table import Table
from nightlatch.config import Settings
from nightlatch.service.change_notes import ChangeNotes
from nightlatch.service.drill import DrillPorts
from nightlatch.service.keep import KeepPorts
from nightlatch.service.ports import OwnActions

if TYPE_CHECKING:
    from nightlatch.adapters.vault.putting_in import VaultEntrance
    from nightlatch.adapters.vault.taking_out import VaultExit


class SnapshotWorld:
    """The adapters of snapshots and vault, made from the names that the environment gives."""

    def __init__(self, settings: Settings, aws: Clients, now: Clock) -> None:
        self._settings = settings
        self._aws = aws
        self._now = now
        self._table = Table(aws.of("dynamodb"), settings.snapshot_table)
        self.metadata = DynamoSnapshots(self._table)
        self.copies = DynamoCopies(self._table, now=now)
        self.proofs = DynamoProofs(self._table)

    @property
    def has_vault(self) -> bool:
        """Whether the stack was given a vault."""
        return self._settings.vault == "yes"

    def own(self, acts: OwnActions) -> OwnActions:
        """Know the keeper's reads for our own, beside our acts; where there is no keeper, the acts alone."""
        return OwnReads(self._table, now=self._now, acts=acts) if self._settings.snapshot_table else acts

    def keeping(self) -> KeepPorts:
        """Give what the keeper needs."""
        descriptions = AwsDescriptions(self._aws.of("secretsmanager"), Pace().keep)
        return KeepPorts(
            descriptions=descriptions,
            snapshots=self.metadata,
            states=self.metadata,
            copies=self.copies,
            vault=self._entrance() if self.has_vault else None,
        )

    def drilling(self) -> DrillPorts:
        """Give what a restore drill needs."""
        return DrillPorts(copies=self.copies, proofs=self.proofs, vault=self.exit() if self.has_vault else None)

    def change_notes(self) -> ChangeNotes | None:
        """Give what messages say of changed values; None where the stack was given no vault."""
        return ChangeNotes(copies=self.copies, pause=time.sleep) if self.has_vault else None

    def keeper_queue(self) -> SqsKeeperQueue:
        """Give the way to the keeper."""
        return SqsKeeperQueue(self._aws.of("sqs"), self._settings.keeper_queue_url)

    def exit(self) -> VaultExit:
        """Give the responder's side of the vault."""
        # Its cryptography is a large package: only who has a vault pays for loading it.
        from nightlatch.adapters.vault.fingerprint_keys import FingerprintKeys  # noqa: PLC0415
        from nightlatch.adapters.vault.sealing import Seal  # noqa: PLC0415
        from nightlatch.adapters.vault.taking_out import VaultExit  # noqa: PLC0415

        kms = self._aws.of("kms")
        return VaultExit(
            bucket_client=self._aws.of("s3"),
            bucket=self._settings.vault_bucket,
            seal=Seal(kms, self._settings.vault_key),
            keys=FingerprintKeys(kms, self._settings.fingerprint_key),
        )

    def _entrance(self) -> VaultEntrance:
        from nightlatch.adapters.vault.fingerprint_keys import FingerprintKeys  # noqa: PLC0415 - as above
        from nightlatch.adapters.vault.putting_in import VaultEntrance  # noqa: PLC0415
        from nightlatch.adapters.vault.sealing import Seal  # noqa: PLC0415

        kms = self._aws.of("kms")
        return VaultEntrance(
            secrets=self._aws.of("secretsmanager"),
            bucket_client=self._aws.of("s3"),
            bucket=self._settings.vault_bucket,
            seal=Seal(kms, self._settings.vault_key),
            keys=FingerprintKeys(kms, self._settings.fingerprint_key),
            note_read=OwnReads(self._table, now=self._now).note,
        )
