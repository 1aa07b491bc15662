"""Whatever is written and moved: a label stands on one version, and AWSPREVIOUS on the one that AWSCURRENT left."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nightlatch.local.fidelity.labels import (
    CURRENT,
    PENDING,
    PREVIOUS,
    after_move,
    after_put,
    announced,
    read_labels,
    write_labels,
)

VERSIONS = ("v1", "v2", "v3", "v4")
LABELS = (CURRENT, PENDING, "golden", "nightlatch/20260302T090000Z-0a1b2c3d")

steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("put"), st.sampled_from(VERSIONS), st.lists(st.sampled_from(LABELS), min_size=1, unique=True)
        ),
        st.tuples(st.just("move"), st.sampled_from(VERSIONS), st.sampled_from(LABELS).map(lambda label: [label])),
    ),
    max_size=12,
)


def taken(labels: dict[str, str], step: tuple[str, str, list[str]]) -> dict[str, str]:
    kind, version_id, wanted = step
    return after_put(labels, version_id, wanted) if kind == "put" else after_move(labels, wanted[0], version_id)


@settings(deadline=None)  # a loaded machine is no error
@given(steps)
def test_once_there_is_a_current_version_there_is_always_one(history: list[tuple[str, str, list[str]]]) -> None:
    labels: dict[str, str] = {}
    for step in history:
        had_current = CURRENT in labels
        labels = taken(labels, step)

        assert CURRENT in labels or not had_current


@settings(deadline=None)  # a loaded machine is no error
@given(steps)
def test_previous_is_where_current_was_and_never_where_it_is(history: list[tuple[str, str, list[str]]]) -> None:
    labels: dict[str, str] = {}
    for step in history:
        left = labels.get(CURRENT)
        labels = taken(labels, step)

        if left is not None and labels[CURRENT] != left:
            assert labels[PREVIOUS] == left
        assert PREVIOUS not in labels or labels[PREVIOUS] != labels[CURRENT]


@settings(deadline=None)  # a loaded machine is no error
@given(steps)
def test_a_custom_label_moves_only_when_it_is_named(history: list[tuple[str, str, list[str]]]) -> None:
    labels: dict[str, str] = {}
    for step in history:
        before, labels = labels, taken(labels, step)

        unnamed = {
            label: bearer for label, bearer in before.items() if label not in {*step[2], CURRENT, PREVIOUS, PENDING}
        }
        assert {label: labels.get(label) for label in unnamed} == unnamed


@settings(deadline=None)  # a loaded machine is no error
@given(st.dictionaries(st.sampled_from(LABELS), st.sampled_from(VERSIONS)))
def test_what_is_written_is_read_again(labels: dict[str, str]) -> None:
    versions = {version_id: {"version_stages": ["old"]} for version_id in VERSIONS}

    write_labels(versions, labels)

    assert read_labels(versions) == labels


def test_a_label_taken_away_is_gone_and_not_announced() -> None:
    before = {CURRENT: "v1", "golden": "v1"}

    after = after_move(before, "golden", None)

    assert after == {CURRENT: "v1"}
    assert announced(before, after) == ()
