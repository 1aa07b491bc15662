"""Fingerprints tell which keys changed and nothing else; without the key they cannot be made again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.adapters.vault.shaping import shape_of
from nightlatch.adapters.vault.values import SecretBytes
from nightlatch.domain.secret.fingerprints import MOST_KEYS, Kind, Shape, diff

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
PLANTED = "pl4nted-v4lue"
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
DOCUMENTS = st.dictionaries(st.text(max_size=8), LEAVES, max_size=6)


def a_shape(content: object, key: bytes = KEY) -> Shape:
    text = content if isinstance(content, str) else json.dumps(content)
    return shape_of(SecretBytes(text.encode("utf-8", "surrogatepass"), is_text=True), key)


def test_keys_added_removed_and_changed_are_named() -> None:
    before = a_shape({"user": "ana", "password": PLANTED, "port": 5432})
    after = a_shape({"user": "ana", "password": "other", "host": "db.internal"})

    told = diff(before, after)

    assert (told.changed, told.added, told.removed) == (("password",), ("host",), ("port",))
    assert told.words == ("keys changed: password; keys added: host; keys removed: port; size up to 64 bytes")


@given(DOCUMENTS, DOCUMENTS)
def test_the_diff_is_that_of_the_documents(before: dict[str, object], after: dict[str, object]) -> None:
    told = diff(a_shape(before), a_shape(after))

    def same(name: str) -> bool:
        return json.dumps(before[name]) == json.dumps(after[name])

    assert len(told.changed) == sum(name in before and not same(name) for name in after)
    assert (len(told.added), len(told.removed)) == (len(after.keys() - before), len(before.keys() - after))
    assert told.same == (json.dumps(before) == json.dumps(after))


@given(DOCUMENTS)
def test_no_fingerprint_holds_under_another_key(document: dict[str, object]) -> None:
    one, other = a_shape(document), a_shape(document, OTHER_KEY)

    assert one.whole != other.whole
    assert {key.value for key in one.keys}.isdisjoint(key.value for key in other.keys)
    assert {key.path for key in one.keys}.isdisjoint(key.path for key in other.keys)


def test_two_keys_with_one_password_do_not_show_it() -> None:
    first, second = a_shape({"user": PLANTED, "admin": PLANTED}).keys

    assert first.value != second.value


@pytest.mark.parametrize(
    "name",
    [
        "k" * 65,
        "AKIA" + "IOSFODNN7EXAMPLE",
        "xoxb-" + "123456789012",
        "a\nb",
        "пароль",
        "\ud800",
        "<!channel>",
        "Zm9vYmFyMTIzNDU2Nzg5MDEy",
        "",
    ],
)
def test_a_name_that_is_long_not_plain_or_like_a_credential_is_withheld_and_counted(name: str) -> None:
    before, after = a_shape({"user": "ana", name: "1"}), a_shape({"user": "ana", name: "2"})

    told = diff(before, after)

    assert told.changed == ("key 2, name withheld",)
    if name:
        assert name not in repr(after)


def test_nested_objects_are_compared_to_the_third_level() -> None:
    before = a_shape({"db": {"main": {"user": "a", "tls": {"ca": 1}}}, "list": [1, 2]})
    after = a_shape({"db": {"main": {"user": "b", "tls": {"ca": 2}}}, "list": [1, 3]})

    assert diff(before, after).changed == ("db.main.user", "db.main.tls", "list")


def test_a_dot_in_a_name_is_no_level() -> None:
    told = diff(a_shape({"a.b": 1}), a_shape({"a": {"b": 1}}))

    assert (told.added, told.removed, told.changed) == (("a.b",), ("a.b",), ())


def test_keys_beyond_the_bound_are_counted_and_never_told_as_added_or_removed() -> None:
    many = {f"key{n}": n for n in range(MOST_KEYS)}

    told = diff(a_shape({**many, "last": 1}), a_shape({"first": 1, **many, "key3": "x", "last": 1}))

    assert (told.changed, told.added, told.removed) == (("key3",), (), ())
    assert told.notes == (f"2 keys beyond the first {MOST_KEYS} are not compared one by one",)


@pytest.mark.parametrize("text", [PLANTED, "[1, 2]", '"text"', "7", "", "{broken", "[" * 5000, "9" * 5000, "\ud800"])
def test_what_is_no_object_is_compared_as_a_whole(text: str) -> None:
    told = diff(a_shape(text), a_shape(f"{text}."))

    assert a_shape(text).kind is Kind.TEXT
    assert told.words.startswith("the text value changed as a whole")


def test_binary_is_compared_as_a_whole_and_told_from_text() -> None:
    binary = shape_of(SecretBytes(b'{"a": 1}', is_text=False), KEY)

    assert diff(a_shape({"a": 1}), binary).words.startswith("the value was a JSON object and is now binary")


def test_another_writing_of_the_same_keys_and_values_is_told_as_such() -> None:
    told = diff(a_shape('{"a": 1, "b": 2}'), a_shape('{"b":2,"a":1}'))

    assert told.notes == ("the same keys and values in another order or writing",)


@given(st.text(min_size=6, max_size=30), st.text(min_size=12, max_size=40))
def test_no_value_stands_in_a_shape_or_a_diff(name: str, value: str) -> None:
    before, after = a_shape({name: value}), a_shape({name: f"{value}x"})

    shown = f"{after!r} {diff(before, after).words}"

    assert value not in shown.replace(name, "")
