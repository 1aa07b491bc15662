"""Judges CloudTrail records by Sigma documents, as far as ours use Sigma: for tests, that a document does what it says.

Texts are compared without regard to case, `*` and `?` are wildcards, numbers and flags are compared as they stand; of a
list in a record one item is enough.

Source: Sigma rules specification 2.1.0 and modifiers appendix (SigmaHQ/sigma-specification).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase, translate
from typing import Any

MODIFIERS = {"contains", "startswith", "endswith", "re", "exists", "expand", "fieldref", "gt"}
_TOKEN = re.compile(r"\(|\)|[\w*]+")
_PLACEHOLDER = re.compile(r"%(\w+)%")

Lists = Mapping[str, Iterable[str]]


class UnfilledPlaceholder(Exception):
    """A document asks for a list that nobody gave, as pySigma refuses it."""


def matches(document: Mapping[str, Any], record: Mapping[str, Any], lists: Lists | None = None) -> bool:
    """Tell whether a document's condition holds for a record."""
    detection = document["detection"]
    searches = {
        name: (lambda search=search: _search(search, record, lists or {}))
        for name, search in detection.items()
        if name != "condition"
    }
    return _Condition(detection["condition"], searches).holds()


def names_in(condition: str) -> set[str]:
    """Give the search identifiers, or patterns of them, that a condition uses."""
    words = _TOKEN.findall(condition)
    return {word for word in words if word not in {"and", "or", "not", "of", "all", "1", "(", ")"}}


def _search(search: Any, record: Mapping[str, Any], lists: Lists) -> bool:
    if isinstance(search, list):
        return any(_search(one, record, lists) for one in search)
    return all(_field(name, wanted, record, lists) for name, wanted in search.items())


def _field(name: str, wanted: Any, record: Mapping[str, Any], lists: Lists) -> bool:
    path, *modifiers = name.split("|")
    assert set(modifiers) <= MODIFIERS, name
    found = list(_values(record, path.split(".")))
    values = wanted if isinstance(wanted, list) else [wanted]
    if "exists" in modifiers:
        return bool(found) is wanted
    if "fieldref" in modifiers:
        return any(one == other for one in found for other in _values(record, wanted.split(".")))
    if "expand" in modifiers:
        values = [filled for value in values for filled in _filled(value, lists)]
    return any(_is(one, value, modifiers) for one in found for value in values)


def _values(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _values(one, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _values(value[path[0]], path[1:])


def _filled(value: str, lists: Lists) -> Iterator[str]:
    found = _PLACEHOLDER.search(value)
    assert found, value
    if found[1] not in lists:
        raise UnfilledPlaceholder(found[1])
    for entry in lists[found[1]]:
        yield value.replace(found[0], entry)


def _is(found: Any, wanted: Any, modifiers: list[str]) -> bool:
    if "gt" in modifiers:
        return isinstance(found, int) and found > wanted
    if not isinstance(wanted, str) or not isinstance(found, str):
        return type(found) is type(wanted) and found == wanted
    if "re" in modifiers:
        return re.search(wanted, found) is not None
    pattern = {"contains": f"*{wanted}*", "startswith": f"{wanted}*", "endswith": f"*{wanted}"}
    glob = next((pattern[modifier] for modifier in modifiers if modifier in pattern), wanted)
    return re.fullmatch(translate(glob.lower().replace("[", "[[]")), found.lower()) is not None


class _Condition:
    """Reads a condition from left to right: `not` binds closest, then `and`, then `or`."""

    def __init__(self, text: str, searches: Mapping[str, Callable[[], bool]]) -> None:
        self._words = _TOKEN.findall(text)
        self._searches = searches

    def holds(self) -> bool:
        result = self._either()
        assert not self._words, "the condition goes on after its end"
        return result

    def _either(self) -> bool:
        result = self._both()
        while self._next_is("or"):
            result = self._both() or result
        return result

    def _both(self) -> bool:
        result = self._one()
        while self._next_is("and"):
            result = self._one() and result
        return result

    def _one(self) -> bool:
        if self._next_is("not"):
            return not self._one()
        if self._next_is("("):
            result = self._either()
            assert self._next_is(")")
            return result
        word = self._words.pop(0)
        if self._next_is("of"):
            pattern = self._words.pop(0)
            of = [search() for name, search in self._searches.items() if fnmatchcase(name, pattern)]
            assert of, f"nothing is called {pattern}"
            return all(of) if word == "all" else sum(of) >= int(word)
        return self._searches[word]()

    def _next_is(self, word: str) -> bool:
        if self._words and self._words[0] == word:
            self._words.pop(0)
            return True
        return False
