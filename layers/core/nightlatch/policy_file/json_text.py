"""Reads a document that somebody wrote in JSON; a key that is there twice is a mistake, though JSON allows it.

How deep a text may nest is counted here, before it is decoded: since Python 3.13 the decoder goes many times as deep as
before, and an operator's file must mean the same to each of them.
"""

from __future__ import annotations

import json
import re

from nightlatch.domain.errors import InvalidPolicy

_DEEPEST = 100  # a policy or an inventory is about ten levels deep
_TEXT_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|([\[{])|([\]}])', re.DOTALL)
_TEXT_OR_BRACE = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|([{}])')


def read_json(text: str, *, where: str) -> object:
    """Decode a document.

    Raises:
        InvalidPolicy: It is no JSON, nests too deeply, or names a key twice; the message says in which line.
    """
    if _is_too_deep(text):
        raise InvalidPolicy(f"{where}: the document nests too deeply; write it flat")
    try:
        document: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidPolicy(f"{where}: the document is no JSON at line {error.lineno}; correct it there") from None
    except ValueError:
        raise InvalidPolicy(f"{where}: the document is no JSON, a number in it is too long; correct it") from None
    _refuse_repetition(text, where)
    return document


def _is_too_deep(text: str) -> bool:
    """Tell whether more brackets stand open at once than any document of ours needs, JSON or not."""
    depth = 0
    for found in _TEXT_OR_BRACKET.finditer(text):
        opens, closes = found.groups()
        depth += (opens is not None) - (closes is not None)
        if depth > _DEEPEST:
            return True
    return False


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
