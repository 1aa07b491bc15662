"""An operator's JSON means the same to every Python, however deep it nests."""

from __future__ import annotations

import pytest

from nightlatch.domain.errors import InvalidPolicy
from nightlatch.policy_file import read_json

DEEP = 5_000  # beyond the decoder of Python 3.11, and within that of 3.13


@pytest.mark.parametrize(
    "text",
    [
        "[" * DEEP,
        "[" * DEEP + "]" * DEEP,
        '{"a":' * DEEP + "1" + "}" * DEEP,
        '{"a":[' * DEEP,
        '["]", ' * DEEP,
        '["\\"]", ' * DEEP + "]" * DEEP,
        "[" * 101 + "]" * 101,
        "[" * 500_000,
    ],
)
def test_a_document_that_nests_too_deeply_is_told_as_such(text: str) -> None:
    with pytest.raises(InvalidPolicy, match=r"^policy\.json: the document nests too deeply; write it flat$"):
        read_json(text, where="policy.json")


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ('{"a": "' + "[{" * DEEP + '"}', {"a": "[{" * DEEP}),
        ('{"a": "\\"' + "[" * DEEP + '"}', {"a": '"' + "[" * DEEP}),
        ("[" + "[], " * DEEP + "[]]", [[]] * (DEEP + 1)),
    ],
)
def test_brackets_in_a_text_or_beside_each_other_are_not_deep(text: str, document: object) -> None:
    assert read_json(text, where="policy.json") == document


@pytest.mark.parametrize("text", ["[" * 100, "]" * DEEP, '"' + "[" * 50])
def test_what_is_no_json_is_told_as_that(text: str) -> None:
    with pytest.raises(InvalidPolicy, match="the document is no JSON at line 1"):
        read_json(text, where="policy.json")


def test_a_hundred_levels_are_read() -> None:
    document = read_json("[" * 100 + "]" * 100, where="policy.json")

    depth = 0
    while document:
        document, depth = document[0], depth + 1  # type: ignore[index] # a list of lists
    assert depth == 99
