"""Reads JSON of any size piece by piece: one document, a list, one document per line, or `{"Records": [...]}`.

A trail's file may be gigabytes after decompression, and one planted record must not make us hold it all. The text
passes through a window; the entries of an outer list are decoded one at a time, and only a single value larger
than 64 MB is refused.

Source: design facts, performance ("a whole-file fallback must not be forced to gigabytes").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nightlatch.adapters.json_window import NotJson, Window
from nightlatch.domain.errors import Unreadable

_LIST_NAMES = frozenset({"Records", "records", "Events", "logEvents", "Messages"})
_WRAPPER = re.compile(r'\{\s*"(?:Records|records|Events|logEvents|Messages)"\s*:\s*(?=\[)')


@dataclass(frozen=True, slots=True)
class Broken:
    """One line of a file of lines that is no JSON; its neighbours are."""

    reason: str


class Empty(Unreadable):
    """There is nothing in the stream at all; nothing can be lost by passing over it."""


def values_in(read: Callable[[int], bytes]) -> Iterator[object]:
    """Give the documents of a stream, the entries of outer lists one by one, and `Broken` for a broken line.

    Args:
        read: Gives at most so many bytes, none at the end.

    Raises:
        Empty: There is nothing in it.
        Unreadable: It is not JSON, breaks off, or a single value is too large; what came before has been given.
    """
    window = Window(read)
    if not window.peek():
        raise Empty("empty file")
    given = 0
    while head := window.peek():
        try:
            for value in _document(window, head):
                yield value
                given += 1
        except NotJson as error:
            if not window.skip_line(after_others=given > 0):
                raise Unreadable(str(error)) from error
            yield Broken(str(error))


def _document(window: Window, head: str) -> Iterator[object]:
    if head == "[":
        yield from _entries(window)
    elif window.take(_WRAPPER):
        yield from _entries(window)
        yield from _rest_of_object(window)
    elif head in '{"':
        yield window.value()
    else:
        raise NotJson("not JSON")


def _entries(window: Window) -> Iterator[object]:
    """Give the entries of the list that begins here."""
    window.expect("[")
    if window.peek() == "]":
        window.expect("]")
        return
    while True:
        yield _inside(window)
        if window.expect(",]") == "]":
            return


def _rest_of_object(window: Window) -> Iterator[object]:
    """Pass over the other fields of a wrapper, such as NextToken."""
    while window.expect(",}") == ",":
        name = _inside(window)
        window.expect(":")
        if name in _LIST_NAMES and window.peek() == "[":
            yield from _entries(window)
        else:
            _inside(window)


def _inside(window: Window) -> object:
    """Decode a value within a list or wrapper, where a break cannot be stepped over."""
    try:
        return window.value()
    except NotJson as error:
        raise Unreadable(str(error)) from error
