"""Keeps a whole message within what Slack takes: what counts least is cut short first, and left out last.

Source: bolt-js issue 2509 (messages fail with msg_blocks_too_long near 13,200 characters in all); ours stay below
10,000.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nightlatch.adapters.slack.buttons import Block
from nightlatch.adapters.slack.text import mrkdwn

MOST_CHARACTERS = 9_000  # the sentence for the lock screen comes on top
SHORT = 300  # characters of a section that was cut short


@dataclass(frozen=True, slots=True)
class Part:
    """A block, and how little it counts: 0 stays whole whatever happens."""

    block: Block
    rank: int = 0


def section(text: str, rank: int) -> Part:
    """Make a section of a safe text."""
    return Part({"type": "section", "text": mrkdwn(cut(text, 1_500))}, rank)


def fitted(parts: Sequence[Part], most: int = MOST_CHARACTERS) -> list[Block]:
    """Give the blocks, with sections cut short and then left out until all of it fits."""
    kept = list(parts)
    for shorten in (True, False):
        for rank in sorted({part.rank for part in kept if part.rank}, reverse=True):
            if size_of(part.block for part in kept) <= most:
                return [part.block for part in kept]
            if shorten:
                kept = [_short(part) if part.rank == rank else part for part in kept]
            else:
                kept = [part for part in kept if part.rank != rank]
    return [part.block for part in kept]


def size_of(blocks: Iterable[Mapping[str, Any]]) -> int:
    """Count the characters that people read or that come back when they press."""
    return sum(_characters(block) for block in blocks)


def cut(safe: str, limit: int) -> str:
    """Cut an escaped text; whole lines where that is possible, and never within an escape or a date."""
    if len(safe) <= limit:
        return safe
    start = safe.rfind("\n", limit // 2, limit - 2)
    if start > 0:
        return f"{safe[:start]}\n…"
    piece = safe[: limit - 1]
    for opening, closing in (("&", ";"), ("<", ">")):
        at = piece.rfind(opening)
        if at >= 0 and closing not in piece[at:]:
            piece = piece[:at]
    return f"{piece}…"


def _short(part: Part) -> Part:
    text = part.block.get("text")
    if part.block["type"] != "section" or not isinstance(text, dict):
        return part
    return Part({**part.block, "text": {**text, "text": cut(str(text["text"]), SHORT)}}, part.rank)


def _characters(thing: object) -> int:
    if isinstance(thing, Mapping):
        own = sum(len(value) for key, value in thing.items() if key in {"text", "value"} and isinstance(value, str))
        return own + sum(_characters(value) for value in thing.values() if not isinstance(value, str))
    return sum(map(_characters, thing)) if isinstance(thing, list) else 0
