"""What a channel of machines remembers of an incident: which actions it has told, and whether it said "resolved".

It is kept where other channels keep the place of their message (`Notices.remember`), so it costs no call of its own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

MOST_REMEMBERED = 500  # ids; an incident with more actions would tell the oldest again


@dataclass(frozen=True, slots=True)
class Memory:
    """What was told of an incident."""

    told: tuple[str, ...] = ()
    is_resolved: bool = False

    def with_told(self, ids: Iterable[str], *, is_resolved: bool) -> Memory:
        """Remember more."""
        return Memory(tuple(dict.fromkeys([*self.told, *ids]))[-MOST_REMEMBERED:], is_resolved)

    @property
    def place(self) -> str:
        """As text."""
        return json.dumps({"told": self.told, "resolved": self.is_resolved})


def remembered(place: str | None) -> Memory:
    """Read it back; what cannot be read is forgotten, and told once more."""
    try:
        kept = json.loads(place or "{}")
        return Memory(_texts(kept.get("told", ())), kept.get("resolved") is True)
    except (ValueError, AttributeError):
        return Memory()


def _texts(found: object) -> tuple[str, ...]:
    return tuple(str(one) for one in found) if isinstance(found, Collection) and not isinstance(found, str) else ()
