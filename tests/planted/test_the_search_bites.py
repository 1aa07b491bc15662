"""The search finds what it is meant to find: every value in every spelling, and every leak that is made on purpose."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from typing import Any

import pytest

from nightlatch.adapters.vault.putting_in import VaultEntrance
from nightlatch.adapters.vault.sealing import Seal
from nightlatch.adapters.vault.values import SecretBytes
from nightlatch.local import fidelity
from planted.dye import LARGEST, SEARCHER, Dyer
from planted.engine import running
from planted.tap import Tap, listening
from planted.test_no_value_is_told import writing
from worlds import on_moto

VALUES = 240  # twenty of each kind
SHORTEST = 6

# Powertools warns where a batch had nothing to count.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


def dyed() -> list[str | bytes]:
    dyer = Dyer(1)
    return [dyer.value() for _ in range(VALUES)]


def leaves(value: object) -> Iterator[str]:
    """Give every text in a value, those in a text that is JSON itself included."""
    match value:
        case str():
            if len(value) >= SHORTEST:
                yield value
            try:
                inner = json.loads(value)
            except ValueError:
                return
            if not isinstance(inner, str):
                yield from leaves(inner)
        case dict():
            for held in value.values():
                yield from leaves(held)
        case list():
            for held in value:
                yield from leaves(held)


SPELLINGS: Mapping[str, Callable[[str], bytes]] = {
    "as it is": str.encode,
    "in a JSON text": lambda text: json.dumps(text).encode(),
    "in a JSON text in a JSON text": lambda text: json.dumps(json.dumps(text, ensure_ascii=False)).encode(),
    "in base64": lambda text: base64.b64encode(text.encode()),
    "in base64 behind something": lambda text: base64.b64encode(b"x" + text.encode()),
    "in base64 behind more": lambda text: base64.b64encode(b"xy" + text.encode()),
    "in hexadecimal": lambda text: text.encode().hex().encode(),
    "as Python shows bytes": lambda text: repr(text.encode()).encode(),
    "as Python shows text": lambda text: repr(text).encode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_text_of_every_value_is_found_in_every_spelling(spelling: str) -> None:
    texts = [text for value in dyed() for text in leaves(value)]
    assert len(texts) > VALUES

    assert [text for text in texts if not SEARCHER.finds(SPELLINGS[spelling](text))] == []


def test_binary_values_are_found_too_and_so_are_pieces_of_long_ones() -> None:
    binary = [value for value in dyed() if isinstance(value, bytes)]
    long = [value for value in dyed() if len(value) == LARGEST]
    assert binary
    assert long

    assert all(SEARCHER.finds(value) and SEARCHER.finds(base64.b64encode(value)) for value in binary)
    for value in long:
        content = value if isinstance(value, bytes) else value.encode()
        assert all(SEARCHER.finds(content[start : start + 80]) for start in range(0, LARGEST - 80, 997))


def test_what_holds_no_value_is_not_found() -> None:
    harmless = json.dumps({"name": "prod/db", "version": "0f7e6c5a", "words": "keys changed: password"}).encode()

    assert not SEARCHER.finds(harmless * 1_000)


def without_silence(patches: pytest.MonkeyPatch) -> str:
    patches.setattr("nightlatch.adapters.vault.putting_in.silence", nullcontext)
    return "logs"


def with_a_print(patches: pytest.MonkeyPatch) -> str:
    whole = VaultEntrance._read

    def printing(self: VaultEntrance, *asked: Any) -> SecretBytes:
        value = whole(self, *asked)
        print(value.reveal())  # noqa: T201 - the leak
        return value

    patches.setattr(VaultEntrance, "_read", printing)
    return "stdout"


def with_values_for_names(patches: pytest.MonkeyPatch) -> str:
    patches.setattr("nightlatch.adapters.vault.shaping.shown_name", lambda _: "Vq7~Xk")
    return "tables"


def without_a_seal(patches: pytest.MonkeyPatch) -> str:
    patches.setattr(Seal, "close", lambda _, value, *__: value.reveal())
    return "vault"


def with_an_error_that_quotes(patches: pytest.MonkeyPatch) -> str:
    def failing(self: VaultEntrance, *_: Any) -> None:
        answer = self._secrets.get_secret_value(SecretId="prod/s1")
        raise ValueError(answer.get("SecretString") or answer.get("SecretBinary"))

    patches.setattr(VaultEntrance, "_read", failing)
    return "tracebacks"


@pytest.mark.parametrize(
    "leak", [without_silence, with_a_print, with_values_for_names, without_a_seal, with_an_error_that_quotes]
)
def test_a_leak_that_is_made_on_purpose_is_found_where_it_is(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    leak: Callable[[pytest.MonkeyPatch], str],
) -> None:
    fidelity.install()
    tap = Tap()
    with on_moto(monkeypatch), running(tap, monkeypatch) as engine:
        place = leak(monkeypatch)
        with listening(tap):
            writing(engine, Dyer(2), 1)
            engine.search_what_is_kept()
            tap.search("stdout", capfd.readouterr().out)
    fidelity.uninstall()

    assert place in {found.partition(":")[0] for found in tap.leaks}
