"""Which sets of fields would satisfy a pattern: one set for each way through its `$or` branches.

A pattern nests; the engine does not. It knows fields by their dotted path (`detail.userIdentity.type`) and asks
all fields of one alternative together, so a key with a dot and a nested key are the same field, and of two that
name the same field in one alternative the later one replaces the earlier. That includes a sibling of `$or` that
a branch names again::

    {"a": ["x"], "$or": [{"a": ["y"]}, {"b": [1]}]}   ->   {a: "y"}  or  {a: "x", b: 1}

Source: aws/event-ruler, JsonRuleCompiler.java, GenericMachine.java and Constants.java.
"""

from __future__ import annotations

from collections.abc import Mapping

from nightlatch.local.patterns.filters import Field, read_field
from nightlatch.local.patterns.invalid import InvalidPattern
from nightlatch.local.patterns.operators import OPERATORS

Alternative = Mapping[str, Field]

OR = "$or"
_AT_LEAST = 2
# The engine keeps these names for operators, so that a list of filters is not taken for a list of branches.
_SIGNS = frozenset({"=", "<", "<=", ">", ">="})
_TO_COME = frozenset({"html", "regex", "not-wildcard", "not-equals-ignore-case", "in-date-range"})
_DATES = frozenset({"date-after", "date-on-or-after", "date-before", "date-on-or-before"})
_ADDRESSES = frozenset({"ip-address-in-range", "ip-address-not-in-range"})
_RESERVED = frozenset(OPERATORS) | _SIGNS | _TO_COME | _DATES | _ADDRESSES


def read_alternatives(pattern: Mapping[str, object]) -> tuple[Alternative, ...]:
    """Read a pattern; an event matches it when it matches one of the alternatives.

    Raises:
        InvalidPattern: AWS would refuse the pattern.
    """
    try:
        return tuple(_Reader(branching=True).read(pattern, (), ({},)))
    except InvalidPattern as refusal:
        # Older than the operator are events with a field of this name: what is no valid "$or" may be such a field.
        try:
            return tuple(_Reader(branching=False).read(pattern, (), ({},)))
        except InvalidPattern:
            raise refusal from None


class _Reader:
    """One reading of a pattern, with or without `$or` as an operator."""

    def __init__(self, *, branching: bool) -> None:
        self._branching = branching

    def read(
        self, node: Mapping[str, object], steps: tuple[str, ...], known: tuple[Alternative, ...], *, in_or: bool = False
    ) -> tuple[Alternative, ...]:
        if not node:
            raise InvalidPattern(f"{_place(steps)}: an empty object matches nothing; write at least one field")
        for name, below in node.items():
            if not isinstance(name, str):
                raise InvalidPattern(f"{_place(steps)}: {name!r} is no text; write the field's name in quotation marks")
            here = (*steps, name)
            if name == OR and self._branching:
                known = self._branch(below, steps, known)
            elif in_or and name in _RESERVED:
                raise InvalidPattern(f"{_place(here)}: this name is an operator's and cannot be a field inside $or")
            elif isinstance(below, Mapping):
                known = self.read(below, here, known, in_or=in_or)
            elif isinstance(below, list | tuple):
                field = _read_field(here, below)
                known = tuple({**alternative, _path(here): field} for alternative in known)
            else:
                raise InvalidPattern(f"{_place(here)}: a field takes an array of values; write it in brackets")
        return known

    def _branch(
        self, branches: object, steps: tuple[str, ...], known: tuple[Alternative, ...]
    ) -> tuple[Alternative, ...]:
        listed = branches if isinstance(branches, list | tuple) else ()
        objects = [branch for branch in listed if isinstance(branch, Mapping)]
        if len(objects) < _AT_LEAST or len(objects) < len(listed):
            raise InvalidPattern(f"{_place((*steps, OR))}: $or takes an array of at least two objects")
        return tuple(found for branch in objects for found in self.read(branch, steps, known, in_or=True))


def _read_field(steps: tuple[str, ...], filters: list[object] | tuple[object, ...]) -> Field:
    try:
        return read_field(filters)
    except InvalidPattern as refusal:
        raise InvalidPattern(f"{_place(steps)}: {refusal}") from None


def _path(steps: tuple[str, ...]) -> str:
    *above, last = steps
    base = ".".join(above)
    return f"{base}.{last}" if base else last


def _place(steps: tuple[str, ...]) -> str:
    return ".".join(steps) if steps else "the pattern"
