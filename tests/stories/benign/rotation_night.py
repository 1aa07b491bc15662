"""Benign story 3: one function rotates forty secrets in half an hour of a night, and one of them at the second try."""

from __future__ import annotations

from collections.abc import Sequence

from nightlatch.domain.account.inventory import Inventory
from stories.callers import a_role
from stories.records import Record
from stories.rotating import a_rotation
from stories.story import Story

NAMES = [f"db/{n:02}" for n in range(40)]
EVERY_S = 45.0
ROTATOR = a_role("rotate-db-role", "rotate-db", path="/service-role/")


def cycles() -> Sequence[Record]:
    """Rotate all, each within the time of the one before; the last fails and is tried again."""
    flaky = NAMES[-1]
    return [
        *(
            record
            for n, name in enumerate(NAMES)
            for record in a_rotation(name, ROTATOR, at=n * EVERY_S, fails=name == flaky)
        ),
        *a_rotation(flaky, ROTATOR, at=len(NAMES) * EVERY_S + 300),
    ]


STORIES = (
    Story(name="rotation-night", records=cycles),
    Story(
        name="rotation-night-of-a-registered-function",
        records=cycles,
        inventory=Inventory(rotation_functions=frozenset({"rotate-db"})),
    ),
)
