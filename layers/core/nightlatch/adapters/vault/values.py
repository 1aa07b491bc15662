"""A secret's value on its way into or out of the vault: it shows itself to nobody who does not ask for it by name.

It has no text form, no length and no pickled form, and it cannot be put into JSON, so that a log line, a traceback or
a message that meets one by mistake says only that there is one. Python cannot wipe memory: it is let go as soon as
the call that needed it is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from typing import NoReturn, final

_SHOWN = "<a secret's value>"


@final
class SecretBytes:
    """The bytes of one value, and whether Secrets Manager held them as text."""

    __slots__ = ("_bytes", "is_text")

    def __init__(self, value: bytes, *, is_text: bool) -> None:
        self._bytes = bytes(value)
        self.is_text = is_text

    def reveal(self) -> bytes:
        """Give the bytes; called in `adapters/vault` alone, which a test holds."""
        return self._bytes

    def __repr__(self) -> str:
        return _SHOWN

    def __str__(self) -> str:
        return _SHOWN

    def __format__(self, spec: str) -> str:
        return _SHOWN

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SecretBytes):
            return NotImplemented
        return self.is_text == other.is_text and compare_digest(self._bytes, other._bytes)

    __hash__ = None  # type: ignore[assignment]

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        """Refuse to be copied or pickled."""
        raise TypeError("a secret's value is neither copied nor pickled")


def read_out(answer: Mapping[str, object]) -> SecretBytes:
    """Take the value out of an answer of GetSecretValue, and leave none in it."""
    text = answer.pop("SecretString", None) if isinstance(answer, dict) else answer.get("SecretString")
    if isinstance(text, str):
        return SecretBytes(text.encode("utf-8", "surrogatepass"), is_text=True)
    binary = answer.pop("SecretBinary", b"") if isinstance(answer, dict) else answer.get("SecretBinary", b"")
    return SecretBytes(binary if isinstance(binary, bytes) else b"", is_text=False)


def as_parameter(value: SecretBytes) -> dict[str, object]:
    """Write a value as the parameter of CreateSecret or PutSecretValue."""
    if value.is_text:
        return {"SecretString": value.reveal().decode("utf-8", "surrogatepass")}
    return {"SecretBinary": value.reveal()}
