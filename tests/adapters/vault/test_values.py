"""A value shows itself to nobody: not as text, not in JSON, not pickled, and only the vault's own room asks for it."""

from __future__ import annotations

import ast
import copy
import json
import logging
import pickle
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nightlatch
from nightlatch.adapters.vault.values import SecretBytes, as_parameter, read_out

PACKAGE = Path(nightlatch.__file__).parent
VAULT = PACKAGE / "adapters" / "vault"
VALUES = st.binary(min_size=4, max_size=200)


@given(VALUES)
def test_no_text_form_of_a_value_depends_on_it(content: bytes) -> None:
    value, other = SecretBytes(content, is_text=True), SecretBytes(b"planted", is_text=True)

    for show in (repr, str, "{}".format, "{!r}".format, "{:>40}".format, lambda one: f"{[one]}", "%s".__mod__):
        assert show(value) == show(other)


@given(VALUES)
def test_a_value_is_neither_pickled_nor_copied_nor_put_into_json(content: bytes) -> None:
    value = SecretBytes(content, is_text=False)

    for spread in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps, vars, len, bytes, iter, hash):
        with pytest.raises(TypeError):
            spread(value)  # type: ignore[operator]


def test_a_traceback_and_a_log_line_say_only_that_there_is_a_value(caplog: pytest.LogCaptureFixture) -> None:
    value = SecretBytes(b"pl4nted-v4lue", is_text=True)

    def fail() -> None:
        raise ValueError(value)

    try:
        fail()
    except ValueError:
        shown = traceback.format_exc()
        logging.getLogger(__name__).exception("failed with %s", value, extra={"value": value})

    assert "pl4nted" not in shown + caplog.text
    assert "<a secret's value>" in shown


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_a_text_comes_back_as_it_was(text: str) -> None:
    answer: dict[str, object] = {"SecretString": text}

    value = read_out(answer)

    assert as_parameter(value) == {"SecretString": text}
    assert answer == {}


@given(st.binary())
def test_bytes_come_back_as_they_were(content: bytes) -> None:
    assert as_parameter(read_out({"SecretBinary": content})) == {"SecretBinary": content}


def test_equal_values_are_equal_and_a_text_is_no_bytes() -> None:
    assert SecretBytes(b"a", is_text=True) == SecretBytes(b"a", is_text=True)
    assert SecretBytes(b"a", is_text=True) != SecretBytes(b"a", is_text=False)
    assert SecretBytes(b"a", is_text=True) != b"a"


def names_in(path: Path) -> set[str]:
    """Name everything that a module speaks of."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return names | {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}


def test_only_the_vault_holds_a_value_or_asks_for_one() -> None:
    outside = [path for path in PACKAGE.rglob("*.py") if VAULT not in path.parents and "local" not in path.parts]

    spoken_of = {path.name: names_in(path) & {"SecretBytes", "reveal", "read_out", "as_parameter"} for path in outside}
    readers = [path.name for path in outside if "get_secret_value" in names_in(path)]

    assert {name: found for name, found in spoken_of.items() if found} == {}
    # nightlatch's own secrets: its throw-away one and the heart's, whose values nobody looks at, and credentials
    assert sorted(readers) == ["heart_call.py", "telling.py", "throw_away.py", "world.py"]
