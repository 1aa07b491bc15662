"""The HMAC key of each secret, derived by KMS from a key that never leaves it, once in a process.

Source: KMS API reference, GenerateMac (a message of 4,096 bytes at most, HMAC_SHA_256); ruling 12.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightlatch.adapters.aws_errors import looking
from nightlatch.adapters.vault.silence import silence

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_PURPOSE = "nightlatch fingerprints of "
_MOST_REMEMBERED = 1_000


class FingerprintKeys:
    """Derives the keys of secrets through one HMAC key of KMS."""

    def __init__(self, kms: KMSClient, key_arn: str) -> None:
        self._kms = kms
        self._key_arn = key_arn
        self._derived: dict[str, bytes] = {}

    def of(self, secret_arn: str) -> bytes:
        """Give the key of a secret.

        Raises:
            Refused: The HMAC key may not be used, or is disabled.
            NotFound: It is gone.
            Unavailable: KMS could not be asked.
        """
        if secret_arn not in self._derived:
            if len(self._derived) >= _MOST_REMEMBERED:
                self._derived.clear()
            with silence(), looking("kms:GenerateMac"):
                answer = self._kms.generate_mac(
                    KeyId=self._key_arn, Message=f"{_PURPOSE}{secret_arn}".encode(), MacAlgorithm="HMAC_SHA_256"
                )
            self._derived[secret_arn] = answer["Mac"]
        return self._derived[secret_arn]
