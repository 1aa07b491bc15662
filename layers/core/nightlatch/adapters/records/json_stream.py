"""Reads JSON of any size piece by piece: one document, a list, one document per line, or `{"Records": [...]}`.

A trail's file may be gigabytes after decompression, and one planted record must not make us hold it all. The text
passes through a window, and the entries of an outer list are decoded one at a time. An entry that cannot be decoded,
because it is broken, nests too deeply or is larger than 16 MB, is stepped over and costs none of its neighbours.

Source: design facts, performance ("a whole-file fallback must not be forced to gigabytes").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nightlatch.adapters.records.json_window import NotJson, NotWhole, TooLarge, Window
from nightlatch.domain.errors import Unreadable

_LIST_NAMES = frozenset({"Records", "records", "Events", "logEvents", "Messages"})
_WRAPPER = re.compile(r'\{\s*"(?:Records|records|Events|logEvents|Messages)"\s*:\s*(?=\[)')


@dataclass(frozen=True, slots=True)
class Broken:
    """One thing that cannot be decoded; its neighbours can."""

    reason: str


class Empty(Unreadable):
    """There is nothing in the stream at all; nothing can be lost by passing over it."""


class _Cut(Exception):
    """Something within a list or object breaks off where the next object begins."""


def values_in(read: Callable[[int], bytes]) -> Iterator[object]:
    """Give the documents of a stream, the entries of outer lists one by one, and `Broken` for what is none.

    Args:
        read: Gives at most so many bytes, none at the end.

    Raises:
        Empty: There is nothing in it.
        Unreadable: It is not JSON or breaks off; what came before has been given.
    """
    window = Window(read)
    if not window.peek():
        raise Empty("empty file")
    given, cut = 0, False
    while head := window.peek():
        if cut and head in ",]}":
            window.expect(head)  # the rest of a list whose entry was cut
            continue
        try:
            for value in _document(window, head):
                yield value
                given += not isinstance(value, Broken)
        except _Cut as error:
            cut = True
            yield Broken(str(error))
        except NotJson as error:
            if not window.skip_document(after_others=given > 0):
                raise Unreadable(str(error)) from error
            yield Broken(str(error))


def _document(window: Window, head: str) -> Iterator[object]:
    if head == "[":
        yield from _entries(window)
    elif window.take(_WRAPPER):
        yield from _entries(window)
        yield from _rest(window)
    elif head == "{":
        try:
            yield window.value()
        except NotWhole as error:
            window.expect("{")
            yield from _fields(window, whole=str(error))
    elif head == '"':
        yield window.value()
    else:
        raise NotJson("not JSON")


def _entries(window: Window) -> Iterator[object]:
    """Give the entries of the list that begins here."""
    window.expect("[")
    if window.peek() == "]":
        window.expect("]")
        return
    try:
        yield _inside(window)
        while _after(window, ",]") == ",":
            yield _inside(window)
    except NotJson as error:  # its end is nowhere
        raise Unreadable(str(error)) from error


def _rest(window: Window) -> Iterator[object]:
    """Walk what follows the list of a wrapper."""
    try:
        if _after(window, ",}") == ",":
            yield from _fields(window)
    except NotJson as error:
        if _has_more(window):
            raise _Cut(str(error)) from error
        raise Unreadable(str(error)) from error


def _fields(window: Window, whole: str | None = None) -> Iterator[object]:
    """Walk an object to its end; what comes out of it are the entries of its lists of records.

    Args:
        window: Stands before the name of a field.
        whole: Why the object cannot be decoded as a whole, which matters if it wraps no list: then it is a record.
    """
    lost: str | None = None
    is_record = False
    while True:
        if window.peek() == "{":
            raise _Cut("no name where a field should begin")  # the object broke off, and the next one begins
        name = window.value()
        if not isinstance(name, str):
            raise NotJson("no name where a field should begin")
        window.expect(":")
        if window.begins_line():
            raise _Cut(whole or "breaks off before a field's value")
        is_record = is_record or name == "eventName"
        if name in _LIST_NAMES and window.peek() == "[" and not is_record:
            yield from _entries(window)
            yield from _rest(window)
            whole = None
            break
        if isinstance(found := _inside(window), Broken):
            lost = found.reason
        if _after(window, ",}") == "}":
            break
    if reason := whole or lost:
        yield Broken(reason)


def _after(window: Window, characters: str) -> str:
    """Take what must follow a value; if it does not, go on at the object that is next."""
    try:
        return window.expect(characters)
    except NotJson as error:
        if _has_more(window):
            raise _Cut(str(error)) from error
        raise


def _has_more(window: Window) -> bool:
    """Go to the next object, here or on a line of its own; say whether there is one."""
    return window.peek() == "{" or window.skip_to_line()


def _inside(window: Window) -> object:
    """Decode a value within a list or wrapper, or step over it."""
    try:
        return window.value()
    except NotJson as error:
        if not window.skip_value(cuts=not isinstance(error, TooLarge)):
            raise _Cut(str(error)) from error
        return Broken(str(error))
