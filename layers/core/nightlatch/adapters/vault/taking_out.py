"""The responder's side of the vault: opens a copy to compare it, or to hand its value straight to one call.

What the table says of a copy is not believed: the object must open under the context of the secret and version that are
asked for, or nothing of it is used.

Source: S3 API reference, GetObject (NoSuchKey, NoSuchVersion); rulings 12 and 13.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from nightlatch.adapters.aws_errors import code_of, looking
from nightlatch.adapters.vault.fingerprint_keys import FingerprintKeys
from nightlatch.adapters.vault.sealing import Seal
from nightlatch.adapters.vault.shaping import shape_of
from nightlatch.adapters.vault.silence import silence
from nightlatch.adapters.vault.values import SecretBytes, as_parameter
from nightlatch.domain.errors import NotFound, Refused
from nightlatch.domain.secret.copies import Copy, encryption_context
from nightlatch.domain.secret.fingerprints import Shape
from nightlatch.domain.secret.metadata import SecretMetadata

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "NoSuchBucket", "404"})
_MOST_BYTES = 4 * 1024 * 1024  # a value has 64 KB at most; what is larger is none of ours


class VaultExit:
    """The port `VaultOut` on boto3."""

    def __init__(self, *, bucket_client: S3Client, bucket: str, seal: Seal, keys: FingerprintKeys) -> None:
        self._bucket_client = bucket_client
        self._bucket = bucket
        self._seal = seal
        self._keys = keys

    def shape(self, copy: Copy) -> Shape:
        """Open a copy and give its fingerprints.

        Raises:
            NotFound: It is no longer in the bucket.
            Refused: It does not open, or a permission is missing.
            Unavailable: AWS could not be asked.
        """
        value, _ = self._opened(copy)
        return shape_of(value, self._keys.of(copy.secret_arn))

    def metadata(self, copy: Copy) -> SecretMetadata:
        """Open a copy and give the metadata that went along; raises as `shape` does."""
        _, metadata = self._opened(copy)
        return metadata

    def call(self, client: Any, operation: str, parameters: Mapping[str, object], copy: Copy) -> Mapping[str, Any]:
        """Make one call of Secrets Manager with the copy's value; what AWS refuses comes out as botocore raises it.

        Args:
            client: Secrets Manager's.
            operation: As boto3 names the method, such as `put_secret_value`.
            parameters: All of them but the value.
            copy: Whose value goes along.

        Raises:
            NotFound: The copy is no longer in the bucket.
            Refused: It does not open, or a permission is missing.
            Unavailable: The bucket or KMS could not be asked.
        """
        value, _ = self._opened(copy)
        with silence():
            answer: Mapping[str, Any] = getattr(client, operation)(**parameters, **as_parameter(value))
        return answer

    def _opened(self, copy: Copy) -> tuple[SecretBytes, SecretMetadata]:
        sealed = self._fetched(copy)
        try:
            return self._seal.open(sealed, encryption_context(copy.secret_arn, copy.version_id))
        except Refused as refusal:
            raise Refused(f"copy {copy.id} of secret {copy.secret_name}: {refusal}") from None

    def _fetched(self, copy: Copy) -> bytes:
        version: Any = {"VersionId": copy.object_version} if copy.object_version else {}
        with silence(), looking("s3:GetObjectVersion"), _gone(copy):
            answer = self._bucket_client.get_object(Bucket=self._bucket, Key=copy.place, **version)
            return answer["Body"].read(_MOST_BYTES)


@contextmanager
def _gone(copy: Copy) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if code_of(error) in _GONE:
            raise NotFound(
                f"copy {copy.id} of secret {copy.secret_name} is no longer in the bucket; look who removed it"
            ) from error
        raise
