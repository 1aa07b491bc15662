"""A secret under a key of the customer's own: without that key it is neither read nor written.

Secrets Manager asks KMS in the caller's name. A key that is disabled, waits to be deleted or is not there does not
answer, and each version is lost for as long as its keys are. A change of key re-encrypts what can be decrypted still.

Source: botocore 1.43 service model, DecryptionFailure, EncryptionFailure and ResourceNotFoundException; Secrets Manager
user guide (2026), security-encryption. Which of its errors Secrets Manager gives for which state of the key is inferred
from their words; only a real account can tell.
"""

from __future__ import annotations

from typing import Any

from moto.secretsmanager.exceptions import SecretsManagerClientError
from moto.secretsmanager.models import ReplicaSecret

from nightlatch.local.aws.happenings import Happening, Kind, happened
from nightlatch.local.fidelity.correction import MEASURED_FOR_ACTS, Correction, Evidence
from nightlatch.local.fidelity.keys import find_key, is_usable

CORRECTIONS = (
    Correction(
        id="lost-key-stops-reads",
        aws="a version whose keys are all disabled or wait to be deleted is not read: DecryptionFailure",
        moto="reads it",
        source="botocore 1.43 service model, DecryptionFailure; that this is the error for it is inferred",
        evidence=Evidence.INFERRED,
        measured_on=MEASURED_FOR_ACTS,
    ),
    Correction(
        id="lost-key-stops-writes",
        aws="a value is not written under a key that is disabled or waits to be deleted: EncryptionFailure",
        moto="writes it",
        source="botocore 1.43 service model, EncryptionFailure",
        evidence=Evidence.VERIFIED,
        measured_on=MEASURED_FOR_ACTS,
    ),
    Correction(
        id="key-must-exist",
        aws="a secret is not put under a key that does not exist: ResourceNotFoundException",
        moto="takes any text for a key",
        source="botocore 1.43 service model, CreateSecret; that this is the error for it is inferred",
        evidence=Evidence.INFERRED,
        measured_on=MEASURED_FOR_ACTS,
    ),
    Correction(
        id="lost-key-is-not-replaced",
        aws="a change of key does not re-encrypt a version that cannot be decrypted any more",
        moto="names no key",
        source="Secrets Manager user guide (2026), security-encryption",
        evidence=Evidence.VERIFIED,
        measured_on=MEASURED_FOR_ACTS,
    ),
)

DEFAULT_KEY = "DefaultEncryptionKey"
TRIAL = "RequestToValidateKeyAccess"  # in place of a version, where Secrets Manager tries a key before it uses it
_AWS_OWN = "alias/aws/"
_OWN_KEY = "alias/aws/secretsmanager"


def can_be_decrypted(secret: Any, version: dict[str, Any]) -> bool:
    """Tell whether one of the keys that a version is under still answers."""
    keys = _keys_of(secret, version)
    return not keys or any(_answers(secret, key) for key in keys)


def _keys_of(secret: Any, version: dict[str, Any]) -> tuple[str, ...]:
    if isinstance(secret, ReplicaSecret):
        return (secret.config["KmsKeyId"],)
    return tuple(version.get("kms_key_ids", ()))


def used(secret: Any, operation: str, version_id: str, key_id: str | None = None) -> None:
    """Tell what Secrets Manager has asked of KMS for a secret.

    Args:
        secret: Moto's secret, or its replica.
        operation: Of KMS.
        version_id: The version, or `TRIAL`.
        key_id: The key; without one the first that the version is under.
    """
    _, _, _, region, account_id, _ = secret.arn.split(":", 5)
    named = key_id or next(iter(_keys_of(secret, secret.versions.get(version_id, {}))), DEFAULT_KEY)
    named = _OWN_KEY if _is_awss(named) else named
    key = find_key(account_id, region, named)
    happened(
        Happening(
            kind=Kind.KEY_USED,
            arn=secret.arn,
            name=secret.name,
            account_id=account_id,
            region=region,
            version_id=version_id,
            operation=operation,
            key="" if key is None else key.arn,
            key_named=named,
        )
    )


def refuse_unreadable(secret: Any, version_id: str) -> None:
    """Refuse to read a version that is lost with its keys.

    Raises:
        SecretsManagerClientError: DecryptionFailure.
    """
    if not can_be_decrypted(secret, secret.versions[version_id]):
        raise SecretsManagerClientError(
            "DecryptionFailure", "Secrets Manager can't decrypt the protected secret text using the provided KMS key."
        )


def refuse_unwritable(account_id: str, region: str, key_id: str | None) -> None:
    """Refuse to write under a key that does not answer.

    Raises:
        SecretsManagerClientError: EncryptionFailure or ResourceNotFoundException.
    """
    if _is_awss(key_id):
        return
    key = find_key(account_id, region, str(key_id))
    if key is None:
        raise SecretsManagerClientError(
            "ResourceNotFoundException", "Secrets Manager can't find the resource that you asked for."
        )
    if not is_usable(key):
        raise SecretsManagerClientError(
            "EncryptionFailure", "Secrets Manager can't encrypt the protected secret text using the provided KMS key."
        )


def _answers(secret: Any, key_id: str) -> bool:
    if _is_awss(key_id):
        return True
    _, _, _, region, account_id, _ = secret.arn.split(":", 5)
    key = find_key(account_id, region, key_id)
    return key is not None and is_usable(key)


def _is_awss(key_id: str | None) -> bool:
    return not key_id or key_id == DEFAULT_KEY or _AWS_OWN in key_id


PATCHES = ()
