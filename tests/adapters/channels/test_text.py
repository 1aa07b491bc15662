"""A text for people is one line that shows all of itself; a text for machines is itself, and can always be sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.adapters.channels.text import exact, plain

ANY = st.text(st.characters(exclude_categories=()))


@given(text=ANY, limit=st.integers(1, 50))
def test_a_text_for_people_is_one_visible_line_within_its_limit(text: str, limit: int):
    shown = plain(text, limit)

    assert len(shown) <= limit
    assert shown.isprintable()
    shown.encode()  # no half of a pair is left


@given(text=ANY, limit=st.integers(1, 50))
def test_a_text_for_machines_can_be_sent_and_is_itself_where_it_fits(text: str, limit: int):
    sent = exact(text, limit)

    assert len(sent) <= limit
    sent.encode()  # the same
    assert sent == text[:limit] or any("\ud800" <= character <= "\udfff" for character in text)


@pytest.mark.parametrize(("text", "shown"), [("a\nb", "a b"), ("\u202eabc", " abc"), ("abcdef", "ab…"), ("abc", "abc")])
def test_what_is_hidden_or_cut_is_seen_to_be(text: str, shown: str):
    assert plain(text, 3 if text.startswith("abc") else 9) == shown
