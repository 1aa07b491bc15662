"""Counts as few bytes: names once, numbers by their places, all of it deflated.

A pair in a page takes about forty bytes, so that a batch costs the write unit that it would cost anyway.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

from nightlatch.domain.errors import Unreadable
from nightlatch.domain.posture.counts import Counts, Hour, Key, Pair, Seen, Typed
from nightlatch.domain.posture.use import ReaderKind

_FORM = 1
_MOST_BYTES = 16 * 1_048_576  # of a page that is inflated; one that we wrote is never so large


def pack(counts: Counts) -> bytes:
    """Write counts."""
    names: dict[str, int] = {}

    def place(name: str) -> int:
        return names.setdefault(name, len(names))

    pairs = [
        [
            *(place(name) for name in (key.secret, key.principal, pair.kind, pair.last.place, pair.last.client)),
            pair.last.at_s,
            *(_trimmed([hour, *numbers]) for hour, numbers in sorted(pair.hours.items())),
        ]
        for key, pair in counts.pairs.items()
    ]
    typed = [[place(one.secret), place(one.principal), place(one.tool), one.at_s] for one in sorted(counts.typed)]
    text = json.dumps([_FORM, list(names), pairs, typed], separators=(",", ":"))
    return zlib.compress(text.encode(), 9)


def unpack(packed: bytes) -> Counts:
    """Read counts.

    Raises:
        Unreadable: They are not of this form.
    """
    try:
        form, names, pairs, typed = json.loads(_inflated(packed))
        if form != _FORM:
            raise Unreadable(f"counts are of form {form}, which this nightlatch does not know; update it")
        counts = Counts()
        for secret, principal, kind, place, client, at_s, *hours in pairs:
            last = Seen(int(at_s), names[place], names[client])
            pair = Pair(ReaderKind(names[kind]), last, {int(hour): Hour(*numbers) for hour, *numbers in hours})
            counts.join_pair(Key(names[secret], names[principal]), pair)
        counts.typed |= {Typed(int(at_s), names[secret], names[who], names[tool]) for secret, who, tool, at_s in typed}
    except (zlib.error, ValueError, TypeError, IndexError, KeyError) as error:
        raise Unreadable("counts cannot be read; they are left out") from error
    return counts


def _trimmed(numbers: list[Any]) -> list[Any]:
    """Leave out the zeros at the end."""
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers


def _inflated(packed: bytes) -> bytes:
    inflating = zlib.decompressobj()
    text = inflating.decompress(packed, _MOST_BYTES)
    if inflating.unconsumed_tail:
        raise ValueError
    return text
