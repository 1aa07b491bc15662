"""How one text is compared with another: with wildcards, and without regard to case.

Both are written out because the ready-made ways differ from the engine: `fnmatch` knows `?` and `[`, a regular
expression with several `.*` can take very long on a hostile event, and `str.casefold` equates more letters than
AWS does.

Source: aws/event-ruler, input/WildcardParser.java and input/EqualsIgnoreCaseParser.java.
"""

from __future__ import annotations

import re

from nightlatch.local.patterns.invalid import InvalidPattern


def ignoring_case(text: str) -> str:
    """Write a regular expression of this text in which each character stands for its upper and its lower case."""
    return "".join(_either_case(character) for character in text)


def _either_case(character: str) -> str:
    forms = sorted({character.lower(), character.upper()})
    return "(?:" + "|".join(re.escape(form) for form in forms) + ")"


def read_wildcard(text: str) -> tuple[str, ...]:
    r"""Split a wildcard text at its asterisks; `\*` and `\\` stand for the characters themselves.

    Raises:
        InvalidPattern: Two asterisks in a row, or a backslash before anything else.
    """
    pieces = [""]
    position = 0
    while position < len(text):
        character, following = text[position], text[position + 1 : position + 2]
        if character == "*":
            if following == "*":
                raise InvalidPattern("a wildcard has no two asterisks in a row; write one")
            pieces.append("")
        elif character == "\\":
            if following not in ("*", "\\"):
                raise InvalidPattern(r"a backslash in a wildcard stands before * or \ alone; write \\ for a backslash")
            pieces[-1] += following
            position += 1
        else:
            pieces[-1] += character
        position += 1
    return tuple(pieces)


def matches_wildcard(pieces: tuple[str, ...], text: str) -> bool:
    """Tell whether the pieces stand in the text in their order, the first at its start and the last at its end."""
    first, *middle = pieces
    if not middle:
        return text == first
    last = middle.pop()
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    position, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True
