"""How much evidence one finding shows: the first lines of it, and how many there are beside them."""

from __future__ import annotations

from collections.abc import Sequence

MOST = 10


def first_of(lines: Sequence[str], most: int = MOST) -> tuple[str, ...]:
    """Give the first lines, and a last one that counts the others."""
    others = len(lines) - most
    return (*lines[:most], f"and {others} more") if others > 0 else tuple(lines)


def counted(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun: `1 caller`, `2 callers`."""
    return f"{number} {one}" if number == 1 else f"{number:,} {many or one + 's'}"
