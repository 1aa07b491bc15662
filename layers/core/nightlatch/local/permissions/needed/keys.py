"""What direct calls of KMS need: the action on the key, with the encryption context and the algorithm as conditions.

A call that names an alias is asked about the key behind it, and carries the alias as a condition key; Decrypt may name
no key, the ciphertext tells. What a key's own policy allows is not judged.

Source: service authorization reference (2026), list_awskeymanagementservice; KMS developer guide, conditions-kms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightlatch.local.permissions.insides import Insides
from nightlatch.local.permissions.needed.asking import Needs, Table, Write, encryption_context
from nightlatch.local.permissions.policies import Request

_ALIAS = "alias/"


def _on_key(action: str) -> Write:
    def write(asked: Mapping[str, Any], inside: Insides) -> Needs:
        named = str(asked.get("KeyId") or inside.key_of_ciphertext(asked["CiphertextBlob"]))
        keys = encryption_context(asked.get("EncryptionContext") or {})
        if asked.get("MacAlgorithm"):
            keys["kms:macalgorithm"] = str(asked["MacAlgorithm"])
        if _ALIAS in named:
            keys["kms:requestalias"] = _ALIAS + named.split(_ALIAS, 1)[1]
        yield Request(action=f"kms:{action}", resource=inside.key(named), keys=keys)

    return write


TABLE: Table = {
    ("kms", name): _on_key(name)
    for name in (
        "CancelKeyDeletion",
        "Decrypt",
        "DescribeKey",
        "DisableKey",
        "EnableKey",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "ScheduleKeyDeletion",
        "VerifyMac",
    )
}
