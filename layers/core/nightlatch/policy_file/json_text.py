"""Reads a document that somebody wrote in JSON; a key that is there twice is a mistake, though JSON allows it."""

from __future__ import annotations

import json
import re

from nightlatch.domain.errors import InvalidPolicy

_TEXT_OR_BRACE = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|([{}])')


def read_json(text: str, *, where: str) -> object:
    """Decode a document.

    Raises:
        InvalidPolicy: It is no JSON, or names a key twice; the message says in which line.
    """
    try:
        document: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidPolicy(f"{where}: the document is no JSON at line {error.lineno}; correct it there") from None
    except ValueError:
        raise InvalidPolicy(f"{where}: the document is no JSON, a number in it is too long; correct it") from None
    except RecursionError:
        raise InvalidPolicy(f"{where}: the document nests too deeply; write it flat") from None
    _refuse_repetition(text, where)
    return document


def _refuse_repetition(text: str, where: str) -> None:
    """Walk a text that is known to be JSON, object by object."""
    objects: list[set[str]] = []
    for found in _TEXT_OR_BRACE.finditer(text):
        literal, colon, brace = found.groups()
        if brace == "{":
            objects.append(set())
        elif brace == "}":
            objects.pop()
        elif colon:
            key = json.loads(literal)  # an escape may write the same key otherwise
            if key in objects[-1]:
                raise InvalidPolicy(repeated(where, key, text.count("\n", 0, found.start()) + 1))
            objects[-1].add(key)


def repeated(where: str, key: str, line: int) -> str:
    """Say that a key is there twice."""
    return f"{where}: key {key!r} is there twice, again at line {line}; keep one of them"
