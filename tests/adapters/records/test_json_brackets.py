"""The end of any JSON value is found by its brackets alone, however the text is cut into pieces."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.adapters.records.json_brackets import Brackets

texts = st.text(st.sampled_from('"\\[]{},:\n a'), max_size=12)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


def end_of(pieces: list[str]) -> int | None:
    brackets, before = Brackets(), 0
    for piece in pieces:
        found = brackets.end_in(piece, 0)
        if found is not None:
            return before + found
        before += len(piece)
    return None


@given(values, st.sampled_from([None, 1]), st.sampled_from([",", "]", "}"]), st.lists(st.integers(0, 60), max_size=5))
def test_a_value_ends_where_it_ends_however_it_is_cut(value, indent, follows, cuts):
    text = json.dumps(value, indent=indent)
    whole = f"{text}{follows} {{}}"
    places = sorted({0, *(cut for cut in cuts if cut < len(whole)), len(whole)})
    pieces = [whole[start:end] for start, end in pairwise(places)]

    assert end_of(pieces) == len(text)


def test_depth_costs_nothing():
    text = '{"a": [' * 200_000 + "]}" * 200_000

    assert end_of([text, ","]) == len(text)


@pytest.mark.parametrize("cut", ['{"a": "cut', '{"a": [1,', '{"a": "\\"', '{"a": "\\'])
@pytest.mark.parametrize("pieces", [1, 2])
def test_a_line_that_begins_an_object_ends_a_value_that_was_cut(cut, pieces):
    brackets = Brackets()
    whole = cut + "\n" + '{"b": 1}'
    if pieces > 1:
        assert brackets.end_in(cut + "\n", 0) is None
        whole = '{"b": 1}'

    assert brackets.end_in(whole, 0) == whole.index('{"b"')
    assert brackets.is_cut


@pytest.mark.parametrize("text", ["{", '{"a": "}', '["\\"]', "7"])
def test_a_value_that_goes_on_has_no_end_yet(text):
    assert end_of([text]) is None
