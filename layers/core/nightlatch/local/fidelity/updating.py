"""UpdateSecret as AWS does it where no value is written: words can be taken away, and the key given back to AWS.

Source: botocore 1.43 service model, UpdateSecret (an empty KmsKeyId means aws/secretsmanager; a Description may be
empty).
"""

from __future__ import annotations

from typing import Any

from moto.secretsmanager.models import SecretsManagerBackend

from nightlatch.local.fidelity.correction import MEASURED_FOR_ACTS, Correction, Evidence, Patch

_MODEL = "botocore 1.43 service model, UpdateSecret"

CORRECTIONS = (
    Correction(
        id="update-clears-description",
        aws="UpdateSecret with an empty Description takes the description away",
        moto="keeps the old description",
        source=_MODEL + "; that empty means none follows from the length that is allowed",
        evidence=Evidence.INFERRED,
        measured_on=MEASURED_FOR_ACTS,
    ),
    Correction(
        id="empty-key-is-awss-own",
        aws="UpdateSecret with an empty KmsKeyId puts the secret under aws/secretsmanager, which no call shows",
        moto="shows an empty KmsKeyId",
        source=_MODEL,
        evidence=Evidence.VERIFIED,
        measured_on=MEASURED_FOR_ACTS,
    ),
)

_update_secret = SecretsManagerBackend.update_secret


def _update(self: Any, secret_id: str, *, kms_key_id: str | None = None, **details: Any) -> str:
    key = SecretsManagerBackend.DEFAULT_KMS_KEY_ALIAS if kms_key_id == "" else kms_key_id
    answer = _update_secret(self, secret_id, kms_key_id=key, **details)
    if details.get("description") == "":
        self.secrets[secret_id].description = None
    return str(answer)


PATCHES = (Patch(SecretsManagerBackend, "update_secret", _update),)
