"""A KMS key as KMS describes it, and what brings each state back, where anything does.

    PendingDeletion ──CancelKeyDeletion──> Disabled ──EnableKey──> Enabled

The other states have no way back from here: material that was deleted is with whoever has a copy of it, and a custom
key store that is cut off is connected again by its operator.

Source: KMS developer guide, key states (table of calls and states), deleting multi-Region keys, disconnecting a custom
key store; KMS API reference, CancelKeyDeletion (the key is Disabled afterwards), EnableKey.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.resources import written_out


class KeyStatus(StrEnum):
    """The states of a key, in the words of KMS."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"
    PENDING_DELETION = "PendingDeletion"
    PENDING_REPLICA_DELETION = "PendingReplicaDeletion"
    PENDING_IMPORT = "PendingImport"
    UNAVAILABLE = "Unavailable"
    CREATING = "Creating"
    UPDATING = "Updating"
    UNKNOWN = "unknown"  # one that KMS has added since
    GONE = "gone"  # KMS knows no such key (any more)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyState:
    """What KMS says of a key now."""

    arn: str
    status: KeyStatus
    is_aws_managed: bool = False
    is_imported: bool = False  # its material came from outside
    has_custom_store: bool = False  # CloudHSM, or an external one
    has_replicas: bool = False  # a multi-Region primary with replicas elsewhere
    deletion_at: datetime | None = None

    @property
    def id(self) -> str:
        """What it is called in its own account and Region."""
        return self.arn.rsplit("/", 1)[-1]

    @property
    def account_id(self) -> str:
        """Whose it is."""
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        """Where it is."""
        return self.arn.split(":")[3]


DELETION_PENDS = frozenset({KeyStatus.PENDING_DELETION, KeyStatus.PENDING_REPLICA_DELETION})

NO_WAY_BACK: Mapping[KeyStatus, str] = {
    KeyStatus.PENDING_IMPORT: (
        "its material was deleted or has expired; import it again from the copy outside, for nobody else has it"
    ),
    KeyStatus.UNAVAILABLE: "its custom key store is disconnected; connect the store again, and its keys work as before",
    KeyStatus.CREATING: "KMS is still making it; try again in a minute",
    KeyStatus.UPDATING: "KMS is moving its primary to another Region; try again in a minute",
    KeyStatus.UNKNOWN: "KMS gives it a state that nightlatch does not know; look at it in the console",
    KeyStatus.GONE: "it was deleted, and what it encrypted with it; write the value anew under another key",
}


def key_touched(event: SecretEvent) -> str | None:
    """Give the ARN of our own key that a call was about; None where it names none, or another account's."""
    text = event.request.text("keyId")
    if text is None:
        return None
    arn = written_out(text, service="kms", region=event.region, account=event.account_id)
    return arn if arn.startswith("arn:") and arn.split(":")[3:5] == [event.region, event.account_id] else None
