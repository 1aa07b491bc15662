"""Which keys of a value changed between two versions, told without the value: only keyed fingerprints are compared.

A fingerprint is an HMAC under a key of the secret's own that KMS alone can derive, so a short password cannot be
guessed from it offline, and equal values of two secrets have different fingerprints. Names of keys are shown where
they are plain and short, and withheld where they could be credentials themselves.

Source: ruling 12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from nightlatch.domain.secret.credential_texts import credential_in

LONGEST_NAME = 64
DEEPEST = 3  # levels of nested objects that have paths of their own; what lies deeper is compared as a whole
MOST_KEYS = 100
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .\-/]*")
_TOKEN_LENGTH = 20  # from here on a name that mixes digits and letters of both cases reads like a token
_TOKEN_PARTS = (re.compile(r"[0-9]"), re.compile(r"[A-Z]"), re.compile(r"[a-z]"))


class Kind(StrEnum):
    """What a value is."""

    OBJECT = "object"  # a JSON object: compared key by key
    TEXT = "text"  # any other text, JSON lists among them: compared as a whole
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class KeyPrint:
    """One JSON key of a value: what it may be called, and the fingerprints of its path and of what it holds."""

    name: str | None  # its dotted path; None where it is withheld
    path: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is remembered of a value instead of the value."""

    kind: Kind
    whole: str  # the fingerprint of all of it
    size_class: int  # the power of two that holds its bytes: 6 for 33 to 64
    keys: tuple[KeyPrint, ...] = ()  # in the order of the document, MOST_KEYS at most
    uncounted: int = 0  # keys beyond those


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """How one version differs from another; names only, the withheld ones as `key 3, name withheld`."""

    same: bool
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what cannot be told key by key
    sizes: tuple[int, int] = (0, 0)  # the size classes before and after

    @property
    def words(self) -> str:
        """Say it in one line."""
        if self.same:
            return "the same value as before"
        parts = [f"{what}: {', '.join(names)}" for what, names in self._kinds() if names]
        return "; ".join([*parts, *self.notes, _sizes(*self.sizes)])

    def _kinds(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield "keys changed", self.changed
        yield "keys added", self.added
        yield "keys removed", self.removed


def size_class(size: int) -> int:
    """Give the power of two that holds so many bytes."""
    return max(size - 1, 0).bit_length()


def shown_name(path: str) -> str | None:
    """Give a key's path where it may be shown; None where it is long, not plain, or reads like a credential."""
    if len(path) > LONGEST_NAME or not _PLAIN.fullmatch(path):
        return None
    reads_like_token = len(path) >= _TOKEN_LENGTH and all(part.search(path) for part in _TOKEN_PARTS)
    return None if reads_like_token or credential_in([path]) else path


def diff(before: Shape, after: Shape) -> Diff:
    """Tell what changed between two versions of one secret, by their fingerprints."""
    sizes = (before.size_class, after.size_class)
    if before.kind == after.kind and before.whole == after.whole:
        return Diff(same=True, sizes=sizes)
    if before.kind is not Kind.OBJECT or after.kind is not Kind.OBJECT:
        return Diff(same=False, notes=(_as_a_whole(before.kind, after.kind),), sizes=sizes)
    old, new = _by_path(before), _by_path(after)
    names = {**_names(before), **_names(after)}
    changed = tuple(names[path] for path, value in new.items() if path in old and old[path] != value)
    is_whole = not (before.uncounted or after.uncounted)  # else a key may only have moved over the bound
    added = tuple(names[path] for path in new if path not in old) if is_whole else ()
    removed = tuple(names[path] for path in old if path not in new) if is_whole else ()
    notes = tuple(_notes(before, after, told=bool(changed or added or removed)))
    return Diff(same=False, added=added, removed=removed, changed=changed, notes=notes, sizes=sizes)


def _notes(before: Shape, after: Shape, *, told: bool) -> Iterator[str]:
    beyond = max(before.uncounted, after.uncounted)
    if beyond:
        yield f"{beyond} keys beyond the first {MOST_KEYS} are not compared one by one"
    elif not told:
        yield "the same keys and values in another order or writing"


def _by_path(shape: Shape) -> Mapping[str, str]:
    return {key.path: key.value for key in shape.keys}


def _names(shape: Shape) -> Mapping[str, str]:
    return {key.path: key.name or f"key {n}, name withheld" for n, key in enumerate(shape.keys, start=1)}


def _as_a_whole(before: Kind, after: Kind) -> str:
    if before is after:
        return f"the {after} value changed as a whole"
    return f"the value was {_WORDS[before]} and is now {_WORDS[after]}"


_WORDS = {Kind.OBJECT: "a JSON object", Kind.TEXT: "text", Kind.BINARY: "binary"}


def _sizes(before: int, after: int) -> str:
    held = f"size up to {2**after:,} bytes"
    return held if before == after else f"{held}, up to {2**before:,} before"
