"""Suggested names fit in among their neighbours, are free, and differ with the number that was drawn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.account.decoy_names import SUGGESTED, is_name, suggested

NEIGHBOURS = ("prod/orders/db", "prod/orders/api_key", "prod/pay/db", "dev/orders_test/db", "dev/orders_test/api_key")


def test_names_stand_in_folders_of_their_neighbours_and_join_words_as_they_do():
    names = suggested(NEIGHBOURS, 1)

    assert len(names) == SUGGESTED
    assert all(name.count("/") == 2 for name in names)
    assert all("_" in name and "-" not in name for name in names)


def test_another_number_gives_other_names():
    assert len({suggested(NEIGHBOURS, number) for number in range(20)}) > 10


def test_there_are_names_where_there_are_no_neighbours():
    assert len(suggested((), 1)) == SUGGESTED


@given(st.lists(st.text(max_size=20)), st.integers())
def test_whatever_the_neighbours_are_called_each_suggestion_is_a_free_name_that_aws_takes(names, number):
    for one in suggested(names, number):
        assert is_name(one)
        assert one not in names
