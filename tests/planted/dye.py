"""Values that can be found again wherever a part of them comes out, and the search for them.

Ten thousand values cannot be looked for one by one in gigabytes of logs. So each value is dyed: every text in it, and
every few bytes of a long or binary one, holds one of two marks that occur nowhere else. Whoever lets out a value, a
leaf of six characters, or a piece of some seventy bytes from the middle, lets out a mark; and for a few marks in their
several spellings one pass at the speed of C is enough.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

PLAIN = "Vq7~Xk"  # survives JSON, HTML and Slack as it is
WIDE = "ж☂Ω≠ß漢"
LARGEST = 65_536  # bytes, of a value
_SPACING = 32
_NAMES = ("username", "password", "host", "port", "dbname", "engine", "token", "AWSCURRENT", "nightlatch")
_ODD = ('"', "\\", "\n", "\t", "<script>", "&amp;", "é", "\u202e", "\x1b[2J", "'", "{}", "%s", "\u2028")


def spellings() -> frozenset[bytes]:
    """Give the marks as they may come out: as they are, escaped, in base64 at any offset, in hexadecimal, in a URL."""
    found: set[bytes] = set()
    for mark in (PLAIN, WIDE):
        once = json.dumps(mark)[1:-1]
        twice = json.dumps(once)[1:-1]
        for written in (mark.encode(), once.encode(), twice.encode(), json.dumps(twice)[1:-1].encode()):
            found |= {written, written.hex().encode(), written.hex().upper().encode(), *_in_base64(written)}
        found |= {quote(mark).encode(), repr(mark.encode())[2:-1].encode(), ascii(mark)[1:-1].encode()}
        found.add(mark.encode("utf-16-le"))
    return frozenset(found)


def _in_base64(plain: bytes) -> Iterator[bytes]:
    """Give what base64 makes of bytes wherever they begin: the characters that no neighbour touches."""
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + plain + b"\0" * 3)
        start, end = -(-offset * 8 // 6), (offset + len(plain)) * 8 // 6
        yield whole[start:end]


@dataclass(frozen=True, slots=True)
class Searcher:
    """Looks for the marks in bytes."""

    marks: frozenset[bytes]

    def finds(self, text: bytes) -> bool:
        """Tell whether any spelling of a mark is in it."""
        return any(mark in text for mark in self.marks)


SEARCHER = Searcher(spellings())


class Dyer:
    """Makes values by chance: the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - values for a test
        self._kinds = (
            *(self._object, self._object, self._nested, self._list, self._text, self._wide),
            *(self._short, self._like_a_name, self._binary, self._large, self._large_binary, self._json_in_json),
        )
        self._number = 0

    def value(self) -> str | bytes:
        """Make the next value; every kind comes as often as any other, but for objects."""
        self._number += 1
        return self._kinds[self._number % len(self._kinds)]()

    def _mark(self) -> str:
        return self._chance.choice((PLAIN, WIDE))

    def _noise(self, most: int) -> str:
        letters = "abcdefghijklmnopqrstuvwxyz0123456789-_ "
        return "".join(self._chance.choices(letters, k=self._chance.randint(0, most)))

    def _leaf(self) -> str:
        odd = self._chance.choice(_ODD) if self._chance.random() < 0.3 else ""
        return f"{self._noise(12)}{self._mark()}{odd}{self._noise(12)}"

    def _object(self) -> str:
        names = self._chance.sample(_NAMES, k=self._chance.randint(1, len(_NAMES)))
        held: dict[str, object] = {name: self._leaf() for name in (*names, "password")}
        held["port"] = self._chance.randint(1, 65_535)
        return json.dumps(held, ensure_ascii=self._chance.random() < 0.5)

    def _nested(self) -> str:
        deep: object = self._leaf()
        for _ in range(self._chance.randint(1, 8)):
            deep = {self._chance.choice(_NAMES): deep, "more": [self._leaf(), None, {"x": self._leaf()}]}
        return json.dumps(deep, ensure_ascii=False)

    def _list(self) -> str:
        return json.dumps([self._leaf() for _ in range(self._chance.randint(1, 9))])

    def _text(self) -> str:
        return self._leaf()

    def _wide(self) -> str:
        return f"{WIDE}{self._chance.choice(_ODD)}{WIDE}"

    def _short(self) -> str:
        return self._mark()

    def _like_a_name(self) -> str:
        return json.dumps({"password": f"username.{PLAIN}", "username": f"{PLAIN}_password", "key 1": PLAIN})

    def _json_in_json(self) -> str:
        return json.dumps({"config": self._object()})

    def _binary(self) -> bytes:
        return b"".join(
            self._chance.randbytes(self._chance.randint(0, _SPACING)) + self._mark().encode() for _ in range(8)
        )

    def _large(self) -> str:
        piece = f"{self._noise(_SPACING)}{PLAIN}"
        return (piece * (LARGEST // len(piece) + 1))[:LARGEST]

    def _large_binary(self) -> bytes:
        piece = self._chance.randbytes(_SPACING) + PLAIN.encode()
        return (piece * (LARGEST // len(piece) + 1))[:LARGEST]
