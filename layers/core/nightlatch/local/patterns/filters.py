"""What a pattern asks of one field: the array of values and operators that stands at its name.

One of them must hold for a leaf of the field. `{"exists": false}` is apart: it is no question about a leaf but
holds where there is none, so a field says it beside its tests.

Source: aws/event-ruler, README ("Exists matching").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nightlatch.local.patterns.invalid import InvalidPattern
from nightlatch.local.patterns.operators import read_operator
from nightlatch.local.patterns.values import Test, equals


@dataclass(frozen=True, slots=True)
class Field:
    """What a pattern asks of one field: any one of the tests on a leaf, or that there is no such leaf."""

    tests: tuple[Test, ...]
    may_be_absent: bool

    def accepts(self, leaf: object) -> bool:
        """Tell whether one of the tests holds for this leaf."""
        return any(test(leaf) for test in self.tests)


def read_field(filters: Sequence[object]) -> Field:
    """Read the array that a pattern holds for one field.

    Raises:
        InvalidPattern: The array is empty or holds something that is no filter.
    """
    if not filters:
        raise InvalidPattern("an empty array matches nothing; write at least one value")
    tests: list[Test] = []
    may_be_absent = False
    for each in filters:
        if isinstance(each, Mapping) and each.get("exists") is False and len(each) == 1:
            may_be_absent = True
        else:
            tests.append(read_operator(each) if isinstance(each, Mapping) else equals(each))
    return Field(tuple(tests), may_be_absent)
