"""Deletion as AWS does it: a name that waits to be deleted is taken, and each version's end is an event of its own.

Source: Secrets Manager user guide (2026), deleted-secrets and cloudtrail_log_entries; real service events
(facts 3.2, 5.1). On AWS a forced deletion ends 5 to 27 seconds after the call [P]; here its events come with the
call, and its name stays taken (`held_names`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.secretsmanager.models import ReplicaSecret, SecretsManagerBackend, secretsmanager_backends

from nightlatch.local.aws.happenings import Kind, happened
from nightlatch.local.fidelity import held_names, refusals
from nightlatch.local.fidelity.clock import stage_time
from nightlatch.local.fidelity.correction import Correction, Evidence, Patch
from nightlatch.local.fidelity.versions import about

CORRECTIONS = (
    Correction(
        id="create-while-pending",
        aws="creating a secret whose name waits to be deleted is refused with InvalidRequestException",
        moto="refuses with ResourceExistsException, as if the secret were alive",
        source="an emulator's source quotes the text; only a real account can tell",
        evidence=Evidence.BELIEVED,
    ),
)

_create_secret = SecretsManagerBackend.create_secret
_delete_secret = SecretsManagerBackend.delete_secret
_restore_secret = SecretsManagerBackend.restore_secret


def expire_deletions() -> None:
    """Delete for good what the stage's clock says is due; on AWS this is a background job without a promised time."""
    for secrets, secret in tuple(_due(stage_time.time())):
        secrets.pop(secret.name)
        _end_versions(secret, forced=False)


def is_pending(secret: Any) -> bool:
    """Tell whether a secret waits to be deleted; a replica never does, its deletion is immediate."""
    return secret is not None and not isinstance(secret, ReplicaSecret) and secret.is_deleted()


def _due(now: float) -> Iterator[tuple[Any, Any]]:
    for account in list(secretsmanager_backends.values()):
        for backend in list(account.values()):
            for secret in list(backend.secrets.values()):
                if is_pending(secret) and secret.deleted_date <= now:
                    yield backend.secrets, secret


def _create(self: Any, name: str, **details: Any) -> str:
    if is_pending(self.secrets.get(name)) or held_names.is_held(self.account_id, self.region_name, name):
        raise refusals.invalid_request(refusals.NAME_PENDING_DELETION)
    return str(_create_secret(self, name, **details))


def _delete(
    self: Any,
    secret_id: str,
    recovery_window_in_days: int | None,
    force_delete_without_recovery: bool | None,  # noqa: FBT001 - the signature is moto's
) -> tuple[str, str, float]:
    secret = self.secrets.get(secret_id)
    arn, name, deletion_date = _delete_secret(self, secret_id, recovery_window_in_days, force_delete_without_recovery)
    if secret is not None and force_delete_without_recovery:
        held_names.hold(self.account_id, self.region_name, name)
        _end_versions(secret, forced=True)
    return arn, name, deletion_date


def _restore(self: Any, secret_id: str) -> tuple[str, str]:
    secret = self.secrets.get(secret_id)
    was_pending = is_pending(secret)
    arn, name = _restore_secret(self, secret_id)
    if was_pending:
        for _ in secret.versions:
            happened(about(secret, Kind.VERSION_DELETE_CANCELLED))
    return arn, name


def _end_versions(secret: Any, *, forced: bool) -> None:
    for _ in secret.versions:
        happened(about(secret, Kind.VERSION_DELETE_STARTED, forced=forced))
        happened(about(secret, Kind.VERSION_DELETE_ENDED, forced=forced))


PATCHES = (
    Patch(SecretsManagerBackend, "create_secret", _create),
    Patch(SecretsManagerBackend, "delete_secret", _delete),
    Patch(SecretsManagerBackend, "restore_secret", _restore),
)
