"""Readers are told in one order: who makes the most of it first, and by name where figures say nothing."""

from __future__ import annotations

from nightlatch.domain.posture.use import ReaderUse, most_first


def test_the_most_come_first_then_by_the_next_figure_then_by_name() -> None:
    readers = [
        ReaderUse(principal="d", reads=1, throttled=9),
        ReaderUse(principal="c", reads=5),
        ReaderUse(principal="b", reads=5),
        ReaderUse(principal="a", reads=5, throttled=2),
    ]

    ordered = most_first(readers, lambda one: one.reads, lambda one: one.throttled)

    assert [one.principal for one in ordered] == ["a", "b", "c", "d"]
    assert [one.principal for one in most_first(readers)] == ["a", "b", "c", "d"]
    assert [one.principal for one in most_first(readers, lambda one: one.throttled)] == ["d", "a", "b", "c"]
