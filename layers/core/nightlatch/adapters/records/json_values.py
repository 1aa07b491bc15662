"""What is left of a JSON value once everything that could hurt a later reader is taken out of it.

A record is written by AWS, but much of its text is chosen by whoever made the call. Lone surrogates cannot be
encoded, and very deep nesting breaks recursive readers: both become harmless here, once, so that no room
behind the rim has to think of them. Some senders write an object as a string, and some write the text "null".

Source: design facts 3.6; traps 17 and 18 of the detections page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from nightlatch.domain.event.parameters import Parameters

_DEEPEST = 40  # a resource policy inside a request is about ten levels deep


def clean(text: str) -> str:
    """Replace lone surrogates, which no encoder accepts."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def parameters(value: object) -> Parameters:
    """Read an object, or an object written as a JSON string; anything else is empty."""
    if isinstance(value, str):
        value = decoded(value)
    found = _sound(value, _DEEPEST)
    return Parameters(found) if isinstance(found, dict) else Parameters()


def decoded(text: str | bytes) -> object:
    """Decode JSON, None where it is none."""
    try:
        return json.loads(text, parse_int=whole_number)
    except (ValueError, RecursionError):
        return None


def whole_number(text: str) -> int | float:
    """Read a number of any length: Python refuses to build integers of more than 4,300 digits."""
    try:
        return int(text)
    except ValueError:
        return float(text)


def _sound(value: object, depth: int) -> object:
    """Copy a value without lone surrogates, foreign types and what lies too deep to be meant."""
    if isinstance(value, str):
        return clean(value)
    if depth == 0:
        return None
    if isinstance(value, Mapping):
        return {clean(key): _sound(item, depth - 1) for key, item in value.items() if isinstance(key, str)}
    if isinstance(value, (list, tuple)):
        return [_sound(item, depth - 1) for item in value]
    return value if isinstance(value, (bool, int, float)) else None
