"""Finds where a JSON value ends by its quotes and brackets alone, so that what cannot be decoded can be stepped over.

It reads piece by piece, remembers three things and recurses nowhere: neither depth nor size can hurt it.
"""

from __future__ import annotations

import re

# Each takes in what means nothing, then the mark that does; possessive, so that no text is looked at twice.
_OUTSIDE = re.compile(r'[^"\[\]{},\n]*+(["\[\]{},\n])')
_INSIDE = re.compile(r'[^"\[\]{}\n]*+(["\]}\n]|[\[{]++)')
_QUOTED = re.compile(r'(?:[^"\\\n]++|\\[^\n])*+(["\\\n])')


class Brackets:
    """The way through one value, from its first character on.

    Args:
        cuts: Whether a line that begins an object ends the value, for it may be the next line of a file of lines.
    """

    def __init__(self, *, cuts: bool = True) -> None:
        self._cuts = cuts
        self._depth = 0
        self._quoted = False
        self._last = ""  # a backslash or a line's end: what it means, the next character says
        self.is_cut = False  # a line that begins an object came before the end

    def end_in(self, text: str, at: int) -> int | None:
        """Read the next piece of the text; give the place behind the value, None if it goes on."""
        while at < len(text):
            last, self._last = self._last, ""
            if self._cuts and last == "\n" and text[at] == "{":
                self.is_cut = True
                return at
            if last == "\\" and text[at] != "\n":
                at += 1
                continue
            stop = self._pattern.match(text, at)
            if stop is None:
                return None
            at = stop.end()
            if self._depth == 0 and not self._quoted and stop[1] in ",]}":
                return stop.start(1)  # belongs to the list around a bare value
            if self._is_end(stop[1]):
                return at
        return None

    @property
    def _pattern(self) -> re.Pattern[str]:
        if self._quoted:
            return _QUOTED
        return _INSIDE if self._depth else _OUTSIDE

    def _is_end(self, mark: str) -> bool:
        """Take a mark in; say whether the value ends with it."""
        match mark:
            case '"':
                self._quoted = not self._quoted
                return self._depth == 0 and not self._quoted
            case "\\" | "\n":
                self._last = mark
                return False
            case "]" | "}":
                self._depth -= 1
                return self._depth == 0
            case _:
                self._depth += len(mark)
                return False
