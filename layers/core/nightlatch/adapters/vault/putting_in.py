"""The keeper's side of the vault: reads one version's value, seals it and puts it into the bucket.

The bucket's key tells nothing but the copy's id and how long it is kept. The request id of each GetSecretValue is
noted, so that the read is known for ours when it comes back as an event.

Source: Secrets Manager API reference, GetSecretValue; S3 API reference, PutObject; rulings 5 and 13.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from nightlatch.adapters.aws_errors import looking, on_secret
from nightlatch.adapters.vault.fingerprint_keys import FingerprintKeys
from nightlatch.adapters.vault.sealing import Seal
from nightlatch.adapters.vault.shaping import shape_of
from nightlatch.adapters.vault.silence import silence
from nightlatch.adapters.vault.values import SecretBytes, read_out
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.secret.copies import Copy, copy_id, encryption_context
from nightlatch.service.snapshot_ports import Described

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient

_SEALED = "application/octet-stream"
NoteRead = Callable[[str], None]


class VaultEntrance:
    """The port `VaultIn` on boto3."""

    def __init__(  # noqa: PLR0913 - what the keeper may use, piece by piece
        self,
        *,
        secrets: SecretsManagerClient,
        bucket_client: S3Client,
        bucket: str,
        seal: Seal,
        keys: FingerprintKeys,
        note_read: NoteRead,
    ) -> None:
        self._secrets = secrets
        self._bucket_client = bucket_client
        self._bucket = bucket
        self._seal = seal
        self._keys = keys
        self._note_read = note_read

    def take(self, described: Described, version_id: str, *, days: int, now: datetime) -> Copy:
        """Read one version's value, put it away encrypted, and give what is known of it.

        Raises:
            NotFound: The version is gone.
            Refused: A permission is missing, or a key is disabled.
            Unavailable: AWS could not be asked.
        """
        metadata = described.metadata
        key = self._keys.of(metadata.arn)  # first: without it the value need not be read
        value = self._read(described.secret, version_id)
        shape = shape_of(value, key)
        sealed = self._seal.close(value, metadata, encryption_context(metadata.arn, version_id))
        named = copy_id(metadata.arn, version_id)
        place = f"copies/{days}/{named}"
        return Copy(
            id=named,
            secret_arn=metadata.arn,
            secret_name=metadata.name,
            version_id=version_id,
            taken_at=now,
            expires_at=now + timedelta(days=days),
            labels=tuple(sorted(described.labels.get(version_id, ()))),
            metadata_digest=metadata.digest,
            shape=shape,
            place=place,
            object_version=self._put(place, sealed),
        )

    def _read(self, secret: SecretRef, version_id: str) -> SecretBytes:
        with silence(), on_secret(secret.name, "secretsmanager:GetSecretValue"):
            answer: dict[str, Any] = dict(self._secrets.get_secret_value(SecretId=secret.text, VersionId=version_id))
        value = read_out(answer)
        self._note_read(str(answer["ResponseMetadata"]["RequestId"]))
        return value

    def _put(self, place: str, sealed: bytes) -> str:
        with silence(), looking("s3:PutObject"):
            answer = self._bucket_client.put_object(Bucket=self._bucket, Key=place, Body=sealed, ContentType=_SEALED)
        return str(answer.get("VersionId") or "")
