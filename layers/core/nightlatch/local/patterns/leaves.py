"""Which leaves of an event a pattern could ask about, each with its path and the array elements in which it lies.

Two leaves in different elements of one array belong to different things (`resources[0].ARN`,
`resources[1].type`) and must not satisfy one pattern together. Therefore each leaf carries its membership: for
every array above it, the index of its element. A plain value in an array carries no index of that array: the
engine holds such values to belong to all of it.

Source: aws/event-ruler, Event.java and ArrayMembership.java.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Membership = Mapping[int, int]  # array's number within the event -> index of the element

_NOWHERE: Membership = {}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of an event that is neither an object nor an array."""

    value: object
    membership: Membership


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths that a pattern asks about, and every path above them, so that the rest of an event is not walked."""

    asked: frozenset[str]
    above: frozenset[str]


def paths_of(asked: frozenset[str]) -> Paths:
    """Collect the paths above the asked ones; a dot inside a key counts as a step, as it does in the engine."""
    above = {path[:dot] for path in asked for dot, character in enumerate(path) if character == "."}
    return Paths(asked, frozenset(above))


def find_leaves(event: Mapping[str, object], paths: Paths) -> dict[str, list[Leaf]]:
    """Find the leaves of an event at the asked paths; never raises, however deep the event is."""
    found: dict[str, list[Leaf]] = {}
    arrays = 0
    # A list instead of recursion: the depth of an event is chosen by whoever sends it.
    waiting: list[tuple[str, object, Membership]] = [
        (name, below, _NOWHERE) for name, below in event.items() if name in paths.asked or name in paths.above
    ]
    while waiting:
        path, node, membership = waiting.pop()
        if isinstance(node, Mapping):
            if path in paths.above:
                for name, below in node.items():
                    deeper = f"{path}.{name}"
                    if deeper in paths.asked or deeper in paths.above:
                        waiting.append((deeper, below, membership))
        elif isinstance(node, list | tuple):
            for index, element in enumerate(node):
                nested = isinstance(element, Mapping | list | tuple)
                waiting.append((path, element, {**membership, arrays: index} if nested else membership))
            arrays += 1
        elif path in paths.asked:
            found.setdefault(path, []).append(Leaf(node, membership))
    return found
