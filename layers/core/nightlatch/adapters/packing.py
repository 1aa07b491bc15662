"""How a long text fits into an item, which holds 400 KB: compressed, beyond what people read in the console.

Source: DynamoDB developer guide, service quotas (item size).
"""

from __future__ import annotations

import zlib

from nightlatch.adapters.wire import Value
from nightlatch.domain.errors import Unreadable

_READABLE_CHARACTERS = 40_000


def packed(text: str) -> Value:
    """Give what is stored of a text."""
    return text if len(text) <= _READABLE_CHARACTERS else zlib.compress(text.encode())


def unpacked(stored: Value) -> str:
    """Give the text again.

    Raises:
        Unreadable: It is damaged.
    """
    try:
        return zlib.decompress(stored).decode() if isinstance(stored, bytes) else str(stored)
    except (zlib.error, UnicodeDecodeError):
        raise Unreadable("a stored text is damaged") from None
