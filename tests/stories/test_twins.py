"""A story told in other words comes to the same: no order, repetition, spelling, cut or number of handlers matters.

What the verdict is, other tests say; here it may only not change.
"""

from __future__ import annotations

import pytest

from stories.playing import found_in, verdict
from stories.story import Story
from stories.tellings import TWINS, twins_of
from stories.told import ATTACKS, BENIGN, CONTROLS

EVERY = [*ATTACKS, *CONTROLS, *BENIGN]


@pytest.mark.parametrize(
    ("story", "twin"),
    [pytest.param(story, twin, id=f"{story}: {twin}") for story in EVERY for twin in twins_of(story)],
)
def test_a_twin_comes_to_the_same(story: Story, twin: str):
    assert verdict(TWINS[twin](story)) == verdict(found_in(story))
