"""How a plain value is written for DynamoDB, how an expression gets its names, and how long a key may be.

Source: DynamoDB developer guide: attribute types, reserved words, key sizes (2,048 bytes for pk, 1,024 for sk).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

Value = str | int | bytes
Item = Mapping[str, Value]

LONGEST_KEY = 900  # bytes; a caller chooses part of our keys, and may choose a long one


def key_part(text: str) -> str:
    """Give a text as a part of a key: itself, or where it is too long its beginning and a digest of the whole."""
    if len(text.encode()) <= LONGEST_KEY:
        return text
    return f"{text[:80]}~{sha256(text.encode()).hexdigest()}"


def expressions(wanted: Mapping[str, str], given: Item | None) -> dict[str, Any]:
    """Write expressions with the names and values that they use; empty ones are left out."""
    used: dict[str, Any] = {kind: text for kind, text in wanted.items() if text}
    names = {name for text in used.values() for name in re.findall(r"#(\w+)", text)}
    if names:
        used["ExpressionAttributeNames"] = {f"#{name}": name for name in sorted(names)}
    if given:
        used["ExpressionAttributeValues"] = {f":{name}": value for name, value in wire(given).items()}
    return used


def wire(item: Item) -> dict[str, Any]:
    """Write an item."""
    return {name: _wire_value(value) for name, value in item.items()}


def _wire_value(value: Value) -> dict[str, Any]:
    if isinstance(value, bytes):
        return {"B": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def plain(item: Mapping[str, Any]) -> Item:
    """Read an item."""
    return {name: _plain_value(value) for name, value in item.items()}


def _plain_value(value: Mapping[str, Any]) -> Value:
    if "N" in value:
        return int(value["N"])
    return bytes(value["B"]) if "B" in value else str(value["S"])
