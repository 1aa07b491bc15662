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


def a_history(*made: tuple[str, float, bool]):
    """Versions by (id, days before now, is it pinned); the last is current."""
    *older, last = made
    versions = [
        a_version(name, *([pin(name, days * 24)] if pinned else []), created_at=AT - timedelta(days=days))
        for name, days, pinned in older
    ]
    return a_state(*versions, a_version(last[0], CURRENT, created_at=AT - timedelta(days=last[1])))


def leaves(state, budget: int) -> list[str]:
    return [version_id for version_id, _ in pin_of(state, state.current, budget=budget, now=AT).drop]


def test_quick_writes_push_out_each_other_and_not_what_served_for_a_day():
    good = [(f"g{n}", 90 - 5 * n, True) for n in range(6)]
    flood = [(f"f{n}", 1 - n / 24, True) for n in range(9)]

    assert leaves(a_history(*good, *flood, ("now", 0.01, False)), 15) == ["g0"]  # five of fifteen go last
    assert leaves(a_history(*good[1:], *flood, ("now", 0.01, False)), 14) == ["g1"]  # of fourteen four
    assert leaves(a_history(*good[2:], *flood, ("now", 0.01, False)), 13) == ["f0"]


def test_a_flood_of_a_day_and_a_night_leaves_a_third_of_the_pins():
    pinned = {f"g{n}": 90.0 - 5 * n for n in range(15)}
    for n in range(200):  # every ten minutes
        made = 1.4 - n / 144
        state = a_history(*((name, days, True) for name, days in pinned.items()), (f"f{n}", made, False))
        for gone in leaves(state, 15):
            del pinned[gone]
        pinned[f"f{n}"] = made

    assert [name for name in pinned if name.startswith("g")] == ["g10", "g11", "g12", "g13", "g14"]


def test_hourly_rotations_keep_two_thirds_of_the_pins():
    weekly = [(f"w{n}", 120 - 7 * n, True) for n in range(15)]

    assert leaves(a_history(*weekly, ("h0", 0.1, False)), 15) == ["w0"]
    hourly = [(f"h{n}", 1 - n / 24, True) for n in range(10)]
    assert leaves(a_history(*weekly[10:], *hourly, ("now", 0.01, False)), 15) == ["h0"]


@pytest.mark.parametrize(("gap_h", "gone"), [(24, "b"), (23.9, "a")])
def test_a_day_makes_the_difference(gap_h, gone):
    """`a` stood until `b` was written; `b` and `c` are of one hour."""
    state = a_history(("a", (gap_h + 2) / 24, True), ("b", 2 / 24, True), ("c", 1 / 24, False))

    assert leaves(state, 2) == [gone]
