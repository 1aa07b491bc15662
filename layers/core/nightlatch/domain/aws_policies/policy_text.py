"""Where the statements stand in the text of a policy, so that it can be changed without touching what others wrote.

A policy that is parsed and written again is another text: its order, its blanks and its spelling were somebody's. So
the places of the statements are found in the text, and only there is it cut or added to. A text that two readers could
read differently, because a name stands twice in an object, is refused.

Source: IAM user guide, grammar of JSON policies (Statement is one object or a list of them).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nightlatch.domain.errors import Refused

MOST_CHARACTERS = 20_480  # PutResourcePolicy, ResourcePolicy
_BLANK = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One statement, and where it stands in the text."""

    start: int
    end: int
    statement: dict[str, object]

    @property
    def sid(self) -> str | None:
        """Its Sid, if it is one."""
        sid = self.statement.get("Sid")
        return sid if isinstance(sid, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyText:
    """A policy's text and the places that matter in it."""

    text: str
    start: int  # of what stands as Statement, its brackets included
    end: int
    is_list: bool
    statements: tuple[Written, ...]


def read_policy(text: str) -> PolicyText:
    """Find the statements in a policy's text.

    Raises:
        Refused: It is no policy, or one that could be read in two ways; the text is not repeated in the message.
    """
    if len(text) > MOST_CHARACTERS:
        raise Refused(f"the resource policy has {len(text)} characters, more than the {MOST_CHARACTERS} that AWS takes")
    try:
        members = {name: (start, end, value) for name, start, end, value in _members(text)}
    except (ValueError, RecursionError) as error:
        raise Refused(
            "the resource policy is no JSON object that can be read in one way; nothing was changed"
        ) from error
    if "Statement" not in members:
        raise Refused("the resource policy has no Statement; nothing was changed")
    start, end, value = members["Statement"]
    return PolicyText(
        text=text,
        start=start,
        end=end,
        is_list=isinstance(value, list),
        statements=tuple(_statements(text, start, value)),
    )


def _statements(text: str, start: int, value: object) -> Iterator[Written]:
    listed = value if isinstance(value, list) else [value]
    at = _skip(text, start + 1) if isinstance(value, list) else start
    for statement in listed:
        if not isinstance(statement, dict):
            raise Refused("a statement of the resource policy is no object; nothing was changed")
        _, end = _DECODER.raw_decode(text, at)
        yield Written(start=at, end=end, statement=statement)
        at = _skip(text, _skip(text, end) + 1)  # behind the comma


def _members(text: str) -> Iterator[tuple[str, int, int, object]]:
    """Give the members of the outermost object, each with the place of its value."""
    at = _expect(text, _skip(text, 0), "{")
    seen: set[str] = set()
    while text[at : at + 1] != "}":
        name, at = _DECODER.raw_decode(text, at)
        if not isinstance(name, str) or name in seen:
            raise ValueError("a name that is none, or stands twice")
        seen.add(name)
        start = _expect(text, _skip(text, at), ":")
        value, end = _DECODER.raw_decode(text, start)
        yield name, start, end, value
        at = _skip(text, end)
        if text[at : at + 1] != "}":
            at = _expect(text, at, ",")
            if text[at : at + 1] == "}":
                raise ValueError("a comma before the end")
    if _skip(text, at + 1) != len(text):
        raise ValueError("something behind the end")


def _expect(text: str, at: int, sign: str) -> int:
    if text[at : at + 1] != sign:
        raise ValueError(f"no {sign}")
    return _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return read


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)
