"""The part of a JSON text that is in memory: reads on as far as a value needs, drops what has been taken.

It knows nothing of records. Bytes become text by their byte order mark, else as UTF-8; a byte that fits no
encoding becomes a replacement character, for one bad byte in a user agent must not cost a file.

Source: RFC 8259 and RFC 7464.
"""

from __future__ import annotations

import codecs
import json
import re
import zlib
from collections.abc import Callable

from nightlatch.adapters.json_brackets import Brackets

_PIECE = 1 << 18  # bytes read at a time
_LARGEST = 16 << 20  # characters of one value; decoded it may take twenty times as much
_TAIL = 10  # an error this near to the end, the length of `-Infinity`, may only mean that the rest is not here yet
_LONGEST_OPENING = 1024
_SPACE = re.compile(r"[ \t\r\n\x1e\ufeff]*")  # RFC 7464 separates by \x1e; joined files have marks in their middle
_OPENINGS = frozenset('{["')
_BREAKS = re.compile(r"[\r\n]*")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),  # what PowerShell's redirection writes
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class NotJson(Exception):
    """The value that begins here cannot be decoded; nothing was taken."""


class NotWhole(NotJson):
    """It is too deep, too large or breaks off; what lies within it may well be JSON."""


class Window:
    """The part of the text that is in memory."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._decode: codecs.IncrementalDecoder | None = None
        self._json = json.JSONDecoder(parse_int=_whole_number)
        self._text = ""
        self._at = 0
        self._passed = 0  # characters dropped before the window
        self._ended = False
        self._failure: Exception | None = None

    def peek(self) -> str:
        """Give the next character that is no space, without taking it; nothing at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill():
                self._stop()
                return ""

    def expect(self, characters: str) -> str:
        """Take the next character, which must be one of these."""
        found = self.peek()
        if found and found in characters:
            self._at += 1
            return found
        raise NotJson(f"breaks off {self._where()}" if not found else f"is no longer JSON {self._where()}")

    def take(self, pattern: re.Pattern[str]) -> bool:
        """Take what matches the pattern, if it does."""
        while len(self._text) - self._at < _LONGEST_OPENING and self._fill():
            pass
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return found is not None

    def value(self) -> object:
        """Decode the value that begins here, reading on until it is complete."""
        self.peek()
        while True:
            try:
                found, end = self._json.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                unfinished = error.msg.startswith("Unterminated") or error.pos >= len(self._text) - _TAIL
                if unfinished and self._fill():
                    continue
                if not unfinished:
                    raise NotJson(f"not JSON {self._where()}") from error
                fault = f"larger than {_LARGEST >> 20} MB" if self._held >= _LARGEST else "breaks off"
                raise NotWhole(f"{fault} {self._where()}") from error
            except RecursionError as error:
                raise NotWhole(f"nested too deeply {self._where()}") from error
            if end == len(self._text) and isinstance(found, (int, float)) and self._fill():
                continue  # a number may have more digits
            self._at = end
            return found

    def skip_value(self) -> bool:
        """Step over the value that begins here by its brackets alone; say whether it ended before a line's object did.

        Raises:
            NotJson: The text ended before it.
        """
        brackets = Brackets()
        self.peek()
        while (end := brackets.end_in(self._text, self._at)) is None:
            self._at = len(self._text)
            if not self._fill():
                self._stop()
                raise NotJson(f"breaks off {self._where()}")
        self._at = end
        return not brackets.is_cut

    def skip_document(self, *, after_others: bool) -> bool:
        """Step over a broken document; only where another seems to follow, or this was the last of several."""
        if self.peek() in _OPENINGS:
            try:
                ended = self.skip_value()
            except NotJson:
                return after_others
            following = self.peek()
            if not following:
                return after_others
            if not ended or following in "{[":
                return True
        return self._skip_line(after_others=after_others)

    def _skip_line(self, *, after_others: bool) -> bool:
        while (end := self._text.find("\n", self._at)) < 0:
            self._at = len(self._text)
            if not self._fill():
                self._stop()
                return after_others
        self._at = end
        while True:
            breaks = _BREAKS.match(self._text, self._at)
            self._at = breaks.end() if breaks else self._at
            if self._at < len(self._text):
                return self._text[self._at] == "{"
            if not self._fill():
                self._stop()
                return after_others

    def _where(self) -> str:
        return f"at character {self._passed + self._at:,}"

    @property
    def _held(self) -> int:
        return len(self._text) - self._at

    def _fill(self) -> bool:
        """Read on; say whether there is more text than before."""
        if self._ended or self._failure is not None or self._held >= _LARGEST:
            return False
        # A long value is read in growing pieces, for each try decodes it from its beginning.
        data = self._gather(min(max(_PIECE, self._held), _LARGEST - self._held))
        if self._decode is None:
            encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
            self._decode = codecs.getincrementaldecoder(encoding)("replace")
        self._ended = not data and self._failure is None
        self._passed += self._at
        self._text = self._text[self._at :] + self._decode.decode(data, final=self._ended)
        self._at = 0
        return bool(data)

    def _stop(self) -> None:
        """Say why there is no more text, if it is not that the stream ended; only after all of it was seen."""
        if self._failure is not None:
            raise self._failure

    def _gather(self, size: int) -> bytes:
        """Read so many bytes, fewer only before the end or a break."""
        pieces: list[bytes] = []
        while size > 0:
            try:
                piece = self._read(size)
            except (OSError, EOFError, zlib.error) as error:
                self._failure = error
                break
            if not piece:
                break
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)


def _whole_number(text: str) -> int | float:
    """Read a number of any length: Python refuses to build integers of more than 4,300 digits."""
    try:
        return int(text)
    except ValueError:
        return float(text)
