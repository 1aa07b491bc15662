"""Which pins are ours, which are the oldest, and which were made since a moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from builders import a_state, a_version
from nightlatch.domain.history.examples import AT
from nightlatch.domain.recovering.pins import pin_label, pin_of, pins_of, pins_since
from nightlatch.domain.secret.versions import CURRENT, PREVIOUS


def pin(version_id: str, hours_ago: float) -> str:
    return pin_label(version_id, AT - timedelta(hours=hours_ago))


def three():
    """A secret with three pinned versions, five, three and one hour old, and a label that is the owner's."""
    return a_state(
        a_version("v4", CURRENT),
        a_version("v3", PREVIOUS, pin("v3", 1)),
        a_version("v2", pin("v2", 3), "release-7"),
        a_version("v1", pin("v1", 5)),
    )


def test_ours_are_told_the_oldest_first_and_labels_of_others_are_none():
    assert [version_id for version_id, _ in pins_of(three())] == ["v1", "v2", "v3"]
    assert "release-7" not in str(pins_of(three()))


@pytest.mark.parametrize(("hours", "left"), [(4, ["v2", "v3"]), (3, ["v2", "v3"]), (2, ["v3"]), (0.5, [])])
def test_a_purge_takes_those_that_were_made_since(hours, left):
    assert [version_id for version_id, _ in pins_since(three(), AT - timedelta(hours=hours))] == left


def test_a_pin_whose_label_tells_no_time_counts_as_made_since():
    state = a_state(a_version("v2", CURRENT), a_version("v1", "nightlatch/by-hand"))

    assert pins_since(state, AT) == (("v1", "nightlatch/by-hand"),)


def test_a_version_that_is_pinned_needs_no_second_pin():
    state = three()

    assert pin_of(state, state.version("v1"), budget=15, now=AT) is None
    assert pin_of(state, state.version("v4"), budget=0, now=AT) is None


def test_the_oldest_of_ours_make_room():
    state = three()

    plan = pin_of(state, state.version("v4"), budget=2, now=AT)

    assert [version_id for version_id, _ in plan.drop] == ["v1", "v2"]
