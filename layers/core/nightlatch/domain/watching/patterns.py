"""What an event pattern of one of our rules has lost beside the one that the template gave it.

    wanted  {"source": ["aws.kms"], "detail": {"eventName": ["DisableKey", "CreateGrant"]}}
    live    {"source": ["aws.kms"], "detail": {"eventName": ["DisableKey"], "awsRegion": ["eu-west-1"]}}
    lost    CreateGrant, and whatever the Region keeps out

Values of a list are alternatives, so that a pattern is as wide as another one if it has all of its values and asks for
nothing besides. It is read strictly: what cannot be read lets nothing through for certain.

Source: EventBridge user guide, event patterns (fields must all match, values of one field are alternatives).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

BESIDES = ""  # among what is lost: it asks for something besides, by whatever name its writer gave it


def read_pattern(text: str) -> Mapping[str, object]:
    """Read a pattern as EventBridge gives it; one that is no JSON object asks for what nobody knows."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {BESIDES: []}
    return document if isinstance(document, Mapping) else {BESIDES: []}


def lost_of(wanted: Mapping[str, object], live: Mapping[str, object]) -> tuple[str, ...]:
    """Name what a wanted pattern lets through and a live one does not, each once, in the wanted order.

    Only words of the wanted pattern are given, and `BESIDES` for what the live one asks for on top: its words may be
    anybody's.
    """
    return tuple(dict.fromkeys(_lost(wanted, live)))


def _lost(wanted: Mapping[str, object], live: Mapping[str, object]) -> Iterator[str]:
    for field, values in wanted.items():
        if field not in live:
            continue  # it asks less, and lets more through
        asked = live[field]
        if isinstance(values, Mapping) and isinstance(asked, Mapping):
            yield from _lost(values, asked)
        elif isinstance(values, list) and isinstance(asked, list):
            yield from (_word(value) for value in values if value not in asked)
        else:
            yield BESIDES
    if set(live) - set(wanted):
        yield BESIDES


def _word(value: object) -> str:
    """Say a value of a wanted pattern: a text, or the beginning that `prefix` compares."""
    return str(next(iter(value.values()))) if isinstance(value, Mapping) else str(value)
