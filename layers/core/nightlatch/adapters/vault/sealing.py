"""Envelope encryption: a value and its secret's metadata, sealed under the vault's key and bound to one version.

The AWS Encryption SDK does the cryptography: AES-256-GCM with key commitment, each message under a data key of its own
and signed, so that who may only open could not forge one. The keeper needs GenerateDataKey alone, the responder
Decrypt alone. What a message says it is bound to is held against what the caller expects before a byte of it is used.

Source: AWS Encryption SDK developer guide, concepts (key commitment, encryption context); decision 0025.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import aws_encryption_sdk
from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError
from aws_encryption_sdk.identifiers import CommitmentPolicy
from aws_encryption_sdk.key_providers.kms import KMSMasterKey
from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import InvalidSignature, InvalidTag
from pydantic import TypeAdapter, ValidationError

from nightlatch.adapters.aws_errors import looking
from nightlatch.adapters.vault.silence import silence
from nightlatch.adapters.vault.values import SecretBytes
from nightlatch.domain.errors import Refused
from nightlatch.domain.secret.metadata import SecretMetadata

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_FORMAT = 1
_SIGNING = "aws-crypto-"  # what the SDK adds to the context
# Of bytes that were altered the SDK may also say what it stumbled over, which is no error of its own.
_BROKEN = (AWSEncryptionSDKClientError, InvalidSignature, InvalidTag, ValueError, KeyError, OverflowError, struct.error)


class Seal:
    """Seals and opens under one KMS key; it needs only the permission of what it is asked to do."""

    def __init__(self, kms: KMSClient, key_arn: str) -> None:
        self._key = KMSMasterKey(key_id=key_arn, client=kms)
        self._sdk = aws_encryption_sdk.EncryptionSDKClient(
            commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT, max_encrypted_data_keys=1
        )
        self._metadata = TypeAdapter(SecretMetadata)

    def close(self, value: SecretBytes, metadata: SecretMetadata, context: Mapping[str, str]) -> bytes:
        """Seal a value and what is needed to make its secret again.

        Raises:
            Refused: The vault's key may not be used, or is disabled.
            Unavailable: KMS could not be asked.
        """
        document = {
            "format": _FORMAT,
            "is_text": value.is_text,
            "value": base64.b64encode(value.reveal()).decode("ascii"),
            "metadata": self._metadata.dump_python(metadata, mode="json"),
        }
        with silence(), _asking_kms("kms:GenerateDataKey"):
            sealed, _ = self._sdk.encrypt(
                source=json.dumps(document).encode(), key_provider=self._key, encryption_context=dict(context)
            )
        return bytes(sealed)

    def open(self, sealed: bytes, context: Mapping[str, str]) -> tuple[SecretBytes, SecretMetadata]:
        """Open what was sealed for this context.

        Raises:
            Refused: It was altered, or sealed for something else, or the vault's key may not be used.
            Unavailable: KMS could not be asked.
        """
        with silence(), _asking_kms("kms:Decrypt"):
            opened, header = self._sdk.decrypt(source=sealed, key_provider=self._key)
        bound = {name: text for name, text in header.encryption_context.items() if not name.startswith(_SIGNING)}
        if bound != dict(context):
            raise Refused("it is bound to another secret or version; somebody may have exchanged copies")
        return self._read(opened)

    def _read(self, opened: bytes) -> tuple[SecretBytes, SecretMetadata]:
        try:
            document = json.loads(opened)
            value = SecretBytes(base64.b64decode(document["value"], validate=True), is_text=document["is_text"] is True)
            return value, self._metadata.validate_python(document["metadata"], strict=False)
        except (ValueError, KeyError, TypeError, ValidationError):
            raise Refused("it holds no document that this nightlatch can read; see its version") from None


@contextmanager
def _asking_kms(action: str) -> Iterator[None]:
    """Tell KMS's refusals, which the SDK wraps, from bytes that do not open."""
    with looking(action):
        try:
            yield
        except _BROKEN as error:
            cause = _from_aws(error)
            if cause is None:
                raise Refused("it does not open: its bytes or its context were altered") from None
            raise cause from None


def _from_aws(error: BaseException) -> ClientError | BotoCoreError | None:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, (ClientError, BotoCoreError)):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None
