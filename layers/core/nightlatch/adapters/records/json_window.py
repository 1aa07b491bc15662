"""The part of a JSON text that is in memory: reads on as far as a value needs, drops what has been taken.

It knows nothing of records.

Source: RFC 8259 and RFC 7464.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from nightlatch.adapters.records.json_brackets import Brackets
from nightlatch.adapters.records.json_values import whole_number
from nightlatch.adapters.records.text_stream import TextStream

_PIECE = 1 << 18  # bytes read at a time
_LARGEST = 16 << 20  # characters of one value; decoded it may take twenty times as much
_TAIL = 10  # an error this near to the end, the length of `-Infinity`, may only mean that the rest is not here yet
_LONGEST_OPENING = 1024
_MOST_TRIES = 8
_SPACE = re.compile(r"[ \t\r\n\x1e\ufeff]*")  # RFC 7464 separates by \x1e; joined files have marks in their middle
_OPENINGS = frozenset('{["')
_BREAKS = re.compile(r"[\r\n]*")


class NotJson(Exception):
    """The value that begins here cannot be decoded; nothing was taken."""


class NotWhole(NotJson):
    """It is too deep, too large or breaks off; what lies within it may well be JSON."""


class TooLarge(NotWhole):
    """It is larger than may be held."""


class Window:
    """The part of the text that is in memory."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._stream = TextStream(read)
        self._json = json.JSONDecoder(parse_int=whole_number)
        self._text = ""
        self._at = 0
        self._passed = 0  # characters dropped before the window
        self._fault = -1  # where the last value broke
        self._tries = 0  # how often a value broke there

    def peek(self) -> str:
        """Give the next character that is no space, without taking it; nothing at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill():
                self._stream.stop()
                return ""

    def begins_line(self) -> bool:
        """Tell whether the next character is an object's, at the beginning of a line."""
        return self.peek() == "{" and self._at > 0 and self._text[self._at - 1] == "\n"

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
                    self._count(self._passed + error.pos)
                    raise NotJson(f"not JSON {self._where()}") from error
                if self._held >= _LARGEST:
                    raise TooLarge(f"larger than {_LARGEST >> 20} MB {self._where()}") from error
                self._count(self._passed + len(self._text))
                raise NotWhole(f"breaks off {self._where()}") from error
            except RecursionError as error:
                raise NotWhole(f"nested too deeply {self._where()}") from error
            if end == len(self._text) and isinstance(found, (int, float)) and self._fill():
                continue  # a number may have more digits
            self._at = end
            return found

    def skip_value(self, *, cuts: bool = True) -> bool:
        """Step over the value that begins here by its brackets alone.

        Args:
            cuts: Whether a line that begins an object ends it; then the answer is no.

        Raises:
            NotJson: The text ended before it.
        """
        if self._tries > _MOST_TRIES:  # else each line of a long value could be tried, up to the same fault
            self._at = max(self._at, self._fault - self._passed)
            if self.skip_to_line():
                return False
            raise NotJson(f"breaks off {self._where()}")
        brackets = Brackets(cuts=cuts)
        self.peek()
        while (end := brackets.end_in(self._text, self._at)) is None:
            self._at = len(self._text)
            if not self._fill():
                self._stream.stop()
                raise NotJson(f"breaks off {self._where()}")
        self._at = end
        return not brackets.is_cut

    def _count(self, fault: int) -> None:
        self._tries = self._tries + 1 if fault == self._fault else 1
        self._fault = fault

    def skip_document(self, *, after_others: bool) -> bool:
        """Step over a broken document; of a file that has shown no other yet only where an object follows."""
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

    def skip_to_line(self) -> bool:
        """Step to the next line that begins an object; say whether there is one."""
        while (end := self._text.find("\n{", self._at)) < 0:
            self._at = max(self._at, len(self._text) - 1)  # the line's end may be here and the object to come
            if not self._fill():
                self._stream.stop()
                return False
        self._at = end + 1
        return True

    def _skip_line(self, *, after_others: bool) -> bool:
        while (end := self._text.find("\n", self._at)) < 0:
            self._at = len(self._text)
            if not self._fill():
                self._stream.stop()
                return after_others
        self._at = end
        while True:
            breaks = _BREAKS.match(self._text, self._at)
            self._at = breaks.end() if breaks else self._at
            if self._at < len(self._text):
                return after_others or self._text[self._at] == "{"
            if not self._fill():
                self._stream.stop()
                return after_others

    def _where(self) -> str:
        return f"at character {self._passed + self._at:,}"

    @property
    def _held(self) -> int:
        return len(self._text) - self._at

    def _fill(self) -> bool:
        """Read on; say whether there is more text than before."""
        if self._held >= _LARGEST:
            return False
        # A long value is read in growing pieces, for each try decodes it from its beginning.
        more = self._stream.more(min(max(_PIECE, self._held), _LARGEST - self._held))
        self._passed += self._at
        self._text = self._text[self._at :] + (more or "")
        self._at = 0
        return more is not None
