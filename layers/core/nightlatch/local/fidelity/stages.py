"""Moving a staging label as AWS does: a compare-and-set that is checked whole before anything moves.

Source: botocore 1.43 service model, UpdateSecretVersionStage; Secrets Manager user guide (2026),
rotate-secrets_lambda-functions (facts 6.1). AWS's text is known for the one refusal that moto words itself;
the others carry ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.secretsmanager.exceptions import OperationNotPermittedOnReplica, SecretNotFoundException
from moto.secretsmanager.models import ReplicaSecret, SecretsManagerBackend

from nightlatch.local.fidelity import refusals
from nightlatch.local.fidelity.correction import Correction, Evidence, Patch
from nightlatch.local.fidelity.labels import CURRENT, after_move, read_labels, write_labels
from nightlatch.local.fidelity.versions import refuse_too_many, settle

_MODEL = "botocore 1.43 service model, UpdateSecretVersionStage"

CORRECTIONS = (
    Correction(
        id="move-names-the-holder",
        aws="moving a label that another version bears is refused unless RemoveFromVersionId names that version",
        moto="asks for it for AWSCURRENT alone; a custom label ends up on two versions",
        source=_MODEL,
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="current-is-never-removed",
        aws="AWSCURRENT cannot be taken away without MoveToVersionId: a secret always has a current version",
        moto="takes it away and leaves the secret without a current version",
        source="Secrets Manager user guide (2026), whats-in-a-secret; the error's text is believed",
        evidence=Evidence.VERIFIED,
    ),
    Correction(
        id="move-label-limit",
        aws="a twenty-first label on one secret is refused with LimitExceededException",
        moto="has no limit",
        source="Secrets Manager user guide (2026), reference_limits; that the service's labels count is inferred",
        evidence=Evidence.INFERRED,
    ),
    Correction(
        id="refused-move-changes-nothing",
        aws="a refused move leaves every label where it was",
        moto="has taken the label away before it finds that the target does not exist",
        source=_MODEL,
        evidence=Evidence.INFERRED,
    ),
    Correction(
        id="current-drops-pending",
        aws="the version that AWSCURRENT moves to loses AWSPENDING in the same call",
        moto="leaves AWSPENDING on it",
        source="Secrets Manager user guide (2026), rotate-secrets_lambda-functions",
        evidence=Evidence.VERIFIED,
    ),
)


def _move_stage(
    self: Any, secret_id: str, version_stage: str, remove_from_version_id: str | None, move_to_version_id: str | None
) -> tuple[str, str]:
    secret = self.secrets.get(secret_id)
    if secret is None:
        raise SecretNotFoundException
    if isinstance(secret, ReplicaSecret):
        raise OperationNotPermittedOnReplica
    before = read_labels(secret.versions)
    _check_move(before, secret.versions, version_stage, remove_from_version_id, move_to_version_id)
    after = after_move(before, version_stage, move_to_version_id)
    refuse_too_many(after)
    write_labels(secret.versions, after)
    settle(secret, before)
    return secret.arn, secret.name


def _check_move(
    labels: Mapping[str, str], versions: Mapping[str, object], label: str, remove_from: str | None, move_to: str | None
) -> None:
    for version_id in (remove_from, move_to):
        if version_id is not None and version_id not in versions:
            raise refusals.invalid_parameter(f"Not a valid version: {version_id}")
    holder = labels.get(label)
    if remove_from is not None and holder != remove_from:
        raise refusals.invalid_parameter(f"Version stage {label} not found in version {remove_from}")
    if move_to is None and (remove_from is None or label == CURRENT):
        raise refusals.invalid_parameter(f"Staging label {label} needs the parameter MoveToVersionId.")
    if holder is not None and remove_from is None and holder != move_to:
        raise refusals.invalid_parameter(
            "The parameter RemoveFromVersionId can't be empty. "
            f"Staging label {label} is currently attached to version {holder}, "
            "so you must explicitly reference that version in RemoveFromVersionId."
        )


PATCHES = (Patch(SecretsManagerBackend, "update_secret_version_stage", _move_stage),)
