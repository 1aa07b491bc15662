"""What gives a hint, an answer or a PIN away is named by its kind; what says that a secret holds some is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.secret.hint_texts import hint_in

HINT, ANSWER, PIN = "a password hint", "the answer to a recovery question", "a PIN"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Password hint: the usual one", HINT),
        ("passphrase-hint=colour of the door", HINT),
        ("The login hint is the street", HINT),
        ("Mother's maiden name: Example", ANSWER),
        ("maiden-name=Example", ANSWER),
        ("My first pet was Rex", ANSWER),
        ("pet's name: Rex", ANSWER),
        ("Name of my first pet: Rex", ANSWER),
        ("security answer: blue", ANSWER),
        ("SecurityAnswer=blue", ANSWER),
        ("Secret question answer = blue", ANSWER),
        ("place of birth: Exampletown", ANSWER),
        ("PIN: 4711", PIN),
        ("pin code is 123456", PIN),
        ("pin=47110815", PIN),
        ("Password hints of the shop", None),
        ("Answers to the security questions of the bank", None),
        ("Password hint: none", None),
        ("the security answer is stored in the value", None),
        ("hint: rotate with make rotate", None),
        ("pin: 1.2.3", None),
        ("pin: 2026-03-02", None),
        ("pin: 123", None),
        ("pinned: 4711", None),
        ("petname", None),
        ("", None),
    ],
)
def test_a_text_gives_away(text: str, kind: str | None) -> None:
    assert hint_in(["orders", text]) == kind


@given(st.text())
def test_any_text_can_be_asked_about(text: str) -> None:
    assert hint_in([text]) in {None, HINT, ANSWER, PIN}


def test_a_long_text_is_read_in_no_time() -> None:
    assert hint_in(["password hint " * 50_000, "pin" * 100_000, "name of my first " * 50_000]) is None
