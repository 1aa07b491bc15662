"""Looks at a KMS key: whether it can be used.

Source: KMS API reference, DescribeKey (KeyState), key states of the developer guide.
"""

from __future__ import annotations

from nightlatch.adapters.doctor.asking import Asker
from nightlatch.domain.watching.doctor.channels import KeySeen
from nightlatch.domain.watching.doctor.gaps import Gap


def key_seen(ask: Asker, key: str, region: str = "") -> KeySeen | Gap:
    """Give the state of a key, by its id, ARN or alias."""
    answer = ask.ask("kms:DescribeKey", region, KeyId=key)
    if isinstance(answer, Gap):
        return answer
    return KeySeen(key=key, state=str(answer["KeyMetadata"]["KeyState"]) if answer is not None else "")
