"""How a value becomes fingerprints: HMAC-SHA-256 over each JSON key's path and content, under the secret's own key.

The path goes into each fingerprint, so that two keys with one password do not show that they share it. What is no JSON
object is fingerprinted as a whole.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from nightlatch.adapters.vault.values import SecretBytes
from nightlatch.domain.secret.fingerprints import DEEPEST, MOST_KEYS, KeyPrint, Kind, Shape, shown_name, size_class

_LENGTH = 32  # hexadecimal digits: 128 bits, too many to meet by chance

Leaf = tuple[Sequence[str], object]


def shape_of(value: SecretBytes, key: bytes) -> Shape:
    """Give what is remembered of a value.

    Args:
        value: The value.
        key: The secret's own, derived through KMS.
    """
    content = value.reveal()
    size, whole = size_class(len(content)), _print(key, "whole", content)
    document = _document(content) if value.is_text else None
    if document is None:
        return Shape(kind=Kind.TEXT if value.is_text else Kind.BINARY, whole=whole, size_class=size)
    leaves = list(_leaves(document, ()))
    keys = tuple(_key_print(path, held, key) for path, held in leaves[:MOST_KEYS])
    return Shape(kind=Kind.OBJECT, whole=whole, size_class=size, keys=keys, uncounted=max(0, len(leaves) - MOST_KEYS))


def _document(content: bytes) -> Mapping[str, object] | None:
    """Read a JSON object; anything else, too deep or too strange to read, is none."""
    try:
        found: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _leaves(document: Mapping[str, object], above: Sequence[str]) -> Iterator[Leaf]:
    for name, held in document.items():
        path = (*above, name)
        if isinstance(held, dict) and held and len(path) < DEEPEST:
            yield from _leaves(held, path)
        else:
            yield path, held


def _key_print(path: Sequence[str], held: object, key: bytes) -> KeyPrint:
    place = json.dumps(path)
    try:
        written = json.dumps(held, sort_keys=True)
    except RecursionError:
        written = ""  # unreachable as long as reading recurses as deep as writing
    return KeyPrint(
        name=shown_name(".".join(path)),
        path=_print(key, "path", place.encode()),
        value=_print(key, f"value {place}", written.encode()),
    )


def _print(key: bytes, of: str, content: bytes) -> str:
    return hmac.new(key, of.encode() + b"\0" + content, sha256).hexdigest()[:_LENGTH]
