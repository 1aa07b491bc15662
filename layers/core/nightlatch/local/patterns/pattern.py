"""A compiled pattern, and the search for leaves that satisfy all fields of one alternative together.

Fields are taken in the order of their names, as the engine takes them, because the order shows: that a field is
absent is judged within the array elements chosen so far, not within those that later fields choose.

Source: aws/event-ruler, ACFinder.java, NameState.java (absence) and ArrayMembership.java.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nightlatch.local.patterns.alternatives import Alternative, read_alternatives
from nightlatch.local.patterns.filters import Field
from nightlatch.local.patterns.invalid import InvalidPattern
from nightlatch.local.patterns.leaves import Leaf, Membership, Paths, find_leaves, paths_of


@dataclass(frozen=True, slots=True)
class Pattern:
    """An event pattern, ready to be matched; make one with `compile_pattern`."""

    alternatives: tuple[tuple[tuple[str, Field], ...], ...]
    paths: Paths

    def matches(self, event: Mapping[str, object]) -> bool:
        """Tell whether the engine would match this event; every JSON object has an answer."""
        leaves = find_leaves(event, self.paths)
        return any(_satisfied(fields, leaves) for fields in self.alternatives)


def compile_pattern(pattern: Mapping[str, object] | str) -> Pattern:
    """Compile an event pattern, given as JSON text or as what such a text says.

    Raises:
        InvalidPattern: The text is no JSON object, or AWS would refuse the pattern; the message names the place.
    """
    try:
        alternatives = read_alternatives(_parse(pattern) if isinstance(pattern, str) else pattern)
    except RecursionError:
        raise InvalidPattern("the pattern is nested too deeply; no event of AWS is as deep") from None
    asked = frozenset(path for alternative in alternatives for path in alternative)
    return Pattern(tuple(_in_order(alternative) for alternative in alternatives), paths_of(asked))


def _parse(text: str) -> Mapping[str, object]:
    try:
        pattern = json.loads(text, object_pairs_hook=_without_repetition, parse_constant=_no_constant)
    except InvalidPattern:
        raise
    except ValueError as error:
        raise InvalidPattern(f"the pattern is no JSON: {error}") from error
    if not isinstance(pattern, dict):
        raise InvalidPattern("the pattern is no JSON object; write it in braces")
    return pattern


def _without_repetition(members: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(members)
    if len(read) < len(members):
        # The engine would let the later one win in silence; nobody means that.
        repeated = next(name for name, _ in members if [other for other, _ in members].count(name) > 1)
        raise InvalidPattern(f'"{repeated}" stands twice in one object; write its values in one array')
    return read


def _no_constant(name: str) -> float:
    raise InvalidPattern(f"the pattern is no JSON: {name} is no number of JSON")


def _in_order(alternative: Alternative) -> tuple[tuple[str, Field], ...]:
    return tuple(sorted(alternative.items(), key=lambda item: item[0]))


def _satisfied(fields: tuple[tuple[str, Field], ...], leaves: Mapping[str, list[Leaf]]) -> bool:
    if any(path not in leaves and not field.may_be_absent for path, field in fields):
        return False
    reached: list[Membership] = [{}]
    for position, (path, field) in enumerate(fields):
        reached = _distinct(_step(field, leaves.get(path, ()), reached))
        if not reached:
            return False
        reached = _keep_what_matters(reached, fields[position + 1 :], leaves)
    return True


def _step(field: Field, leaves: Iterable[Leaf], reached: list[Membership]) -> Iterable[Membership]:
    """Yield where one could stand after this field, for each place reached before it."""
    accepted = [leaf.membership for leaf in leaves if field.accepts(leaf.value)]
    for before in reached:
        for membership in accepted:
            if _consistent(before, membership):
                yield {**before, **membership}
        if field.may_be_absent and not any(_consistent(before, leaf.membership) for leaf in leaves):
            yield before


def _consistent(one: Membership, other: Membership) -> bool:
    return all(one.get(array, index) == index for array, index in other.items())


def _distinct(memberships: Iterable[Membership]) -> list[Membership]:
    return list({frozenset(membership.items()): membership for membership in memberships}.values())


def _keep_what_matters(
    reached: list[Membership], ahead: tuple[tuple[str, Field], ...], leaves: Mapping[str, list[Leaf]]
) -> list[Membership]:
    """Forget arrays in which no field ahead lies, or places would multiply with each array that a pattern passes."""
    if len(reached) == 1:
        return reached
    arrays = {array for path, _ in ahead for leaf in leaves.get(path, ()) for array in leaf.membership}
    return _distinct({array: index for array, index in each.items() if array in arrays} for each in reached)
