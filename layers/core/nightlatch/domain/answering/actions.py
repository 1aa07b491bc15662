"""What nightlatch may be asked to do, and to what: an action is a wish, and says nothing about how it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.guarding.guards import Guard


class ActionKind(StrEnum):
    """Everything nightlatch can do; each is one file in `acts/`."""

    PIN_SUPERSEDED = "pin-superseded"
    PIN_VERSION = "pin-version"
    PRUNE_PINS = "prune-pins"
    PURGE_PINS = "purge-pins"
    RESTORE_DELETED = "restore-deleted"
    RESURRECT = "resurrect"
    TURN_ON_ROTATION = "turn-on-rotation"
    ROLL_BACK = "roll-back"
    APPLY_GUARD = "apply-guard"
    REMOVE_GUARD = "remove-guard"
    ALLOW_DELETION = "allow-deletion"
    PUT_BACK = "put-back"
    DEACTIVATE_KEY = "deactivate-key"
    REACTIVATE_KEY = "reactivate-key"
    REVOKE_SESSIONS = "revoke-sessions"
    LIFT_REVOCATION = "lift-revocation"
    DENY_SECRETS = "deny-secrets"
    LIFT_DENY = "lift-deny"
    RESCUE_KEY = "rescue-key"
    REPLICATE_AGAIN = "replicate-again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One wish about one secret, or about a key or a principal (`target`).

    `away_from` and `to` are version ids: of a rollback what is left and what becomes current, of a pin `to` is the
    version that superseded the one to keep. What a wish leaves open is settled once, when it begins to be carried out.
    """

    kind: ActionKind
    secret: SecretRef | None = None
    target: str = ""  # an ARN, or a key id of a user, where the act is not on a secret, or the namesake it writes to
    away_from: str | None = None
    to: str | None = None
    avoid: tuple[str, ...] = ()  # versions that the way back must not end at: the same hand made them
    label: str | None = None  # the staging label that is attached
    drop: tuple[tuple[str, str], ...] = ()  # (version id, label): pins that make room for it
    guard: Guard | None = None  # that the resource policy shall hold
    force: bool = False  # of an allowed deletion: one without recovery, too
    lasting: timedelta | None = None  # how long something is allowed
    until: datetime | None = None  # when it ends, counted from when it began
    note: str = ""  # why, in the words of who wished it
    keep: int | None = None  # how many of our pins stay; as many as the policy wishes where it is left open
    at: datetime | None = None  # the moment whose state is wished back
    parts: tuple[str, ...] = ()  # which parts of the metadata
    snapshot: str | None = None  # digest of the metadata that are put back
    copy: str | None = None  # id of the vault's copy whose value is put back
    key_id: str | None = (
        None  # of a secret that is created again: a key that two people chose, for its own no longer works
    )
    was: str | None = None  # ARN that the secret had before it was created again
    before: datetime | None = None  # the moment before which sessions began that are to end
    regions: tuple[str, ...] = ()  # where replicas were taken away
    held: tuple[SecretRef, ...] = ()  # secrets that need the key which is put back

    @property
    def keys(self) -> tuple[str, ...]:
        """Every name under which others may know what the act is on; the first is the one to write down."""
        return self.secret.keys if self.secret is not None else (self.target,)

    @property
    def name(self) -> str:
        """What people call it: of an ARN what comes last, `role/app` or `key/1234abcd-...`."""
        return self.secret.name if self.secret is not None else self.target.rsplit(":", 1)[-1]
