"""A word drawn by chance is seen, and none of the names that AWS and people give is taken for one."""

from __future__ import annotations

import random
import string
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.secret.random_texts import random_token_in

ALPHABET = string.ascii_letters + string.digits
WORDS = st.sampled_from(
    ["orders", "prod", "database", "credentials", "secret", "rotation", "main", "europe", "billing"]
)
HEX = "0123456789abcdef"


def names(separator: str) -> st.SearchStrategy[str]:
    return st.lists(WORDS, min_size=1, max_size=6).map(separator.join)


def drawn(length: int, count: int = 400) -> list[str]:
    chance = random.Random(length)  # noqa: S311 - the same words in each run
    return ["".join(chance.choice(ALPHABET) for _ in range(length)) for _ in range(count)]


@pytest.mark.parametrize(("length", "share"), [(24, 0.65), (32, 0.8), (40, 0.9), (64, 0.97)])
def test_most_random_words_are_seen(length: int, share: float) -> None:
    words = drawn(length)

    assert sum(random_token_in([f"the partner's word is {word}, keep it"]) for word in words) >= share * len(words)


def test_a_word_is_seen_behind_a_key_and_between_quotes() -> None:
    word = next(one for one in drawn(40) if random_token_in([one]))

    assert all(random_token_in([text]) for text in (f"token={word}", f'"{word}"', f"({word})", f"prod/{word}/key"))


@given(st.uuids())
def test_a_uuid_is_a_name(uuid: UUID) -> None:
    assert not random_token_in([str(uuid), str(uuid).upper(), uuid.hex, f"rds!cluster-{uuid}"])


@given(st.text(alphabet=HEX, min_size=7, max_size=128))
def test_a_commit_or_a_digest_is_a_name(digest: str) -> None:
    assert not random_token_in([digest, digest.upper(), f"sha256:{digest}", f"orders-{digest}"])


@given(names("-"), st.text(alphabet=ALPHABET, min_size=6, max_size=6))
def test_an_arn_is_a_name(name: str, suffix: str) -> None:
    assert not random_token_in([f"arn:aws:secretsmanager:eu-west-1:111122223333:secret:{name}-{suffix}"])


@given(
    st.lists(WORDS.map(str.title), min_size=1, max_size=6).map("".join),
    st.text(alphabet="0123456789ABCDEF", min_size=8, max_size=8),
)
def test_a_logical_id_of_cloudformation_is_a_name(words: str, end: str) -> None:
    assert not random_token_in([f"{words}{end}", f"{words}{end}-a1B2c3D4e5F6"])


@given(names("-"), names("/"), names("_"))
def test_what_people_write_is_none(dashed: str, nested: str, snaked: str) -> None:
    assert not random_token_in([dashed, nested, snaked, snaked.upper(), f"{dashed} {nested}"])


@given(st.text())
def test_any_text_can_be_asked_about(text: str) -> None:
    assert random_token_in([text]) in {True, False}


@pytest.mark.parametrize(
    "text",
    [
        "https://docs.example.com/d/q7Xz2Kp9Vw4Rt8Yb1Nc6Md3F",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "AROAEXAMPLEEXAMPLE12345",
        "20260302T090000Z-1a2b3c4d",
        "MyServiceDatabasePasswordRotationV2For2026",
        "q7Xz2Kp9Vw4Rt8Y",
        "",
    ],
)
def test_these_are_names(text: str) -> None:
    assert not random_token_in([text])


def test_a_long_text_is_read_once() -> None:
    assert not random_token_in(["a" * 500_000, "Aa" * 200_000, "0" * 500_000, "a1" * 200_000])
