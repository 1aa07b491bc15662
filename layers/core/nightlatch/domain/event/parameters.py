"""How a rule reads what a caller sent and what AWS answered, without trusting case, type or presence.

CloudTrail writes `arn`, `aRN` and `ARN`; booleans arrive as strings; a policy is a JSON string or an
object; a large request is replaced by `{"omitted": true}`. A missing or ill-typed field is unknown
(None), never an error and never False.

Source: design facts 3.3 and 3.6 (real records of 2023 and 2024), CloudTrail user guide, record contents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_WHOLE = re.compile(r"-?[0-9]{1,18}")  # longer ones are no count of anything, and `int` refuses very long ones
_TRUE = frozenset({"true", "1"})
_FALSE = frozenset({"false", "0"})


@dataclass(frozen=True, slots=True)
class Parameters:
    """A JSON object read by name in any case; its repr shows names only, for values may be sensitive."""

    fields: Mapping[str, object] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Parameters({', '.join(sorted(self.fields))})"

    @property
    def omitted(self) -> bool:
        """Whether CloudTrail left the content out because it was too large."""
        return self.flag("omitted") is True

    @property
    def names(self) -> frozenset[str]:
        """The names present, in lower case."""
        return frozenset(name.lower() for name in self.fields)

    def get(self, name: str) -> object:
        """Give the raw value under a name in any case, None where absent."""
        if name in self.fields:
            return self.fields[name]
        wanted = name.lower()
        for key, value in self.fields.items():
            if key.lower() == wanted:
                return value
        return None

    def has(self, name: str) -> bool:
        """Tell whether the caller sent the field at all."""
        return name.lower() in self.names

    def text(self, *names: str) -> str | None:
        """Give the first of these fields that holds a non-empty string."""
        for name in names:
            value = self.get(name)
            if isinstance(value, str) and value:
                return value
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        """Give every string of a list field; a single string counts as a list of one."""
        value = self.get(name)
        if isinstance(value, str):
            return (value,)
        if isinstance(value, (list, tuple)):
            return tuple(item for item in value if isinstance(item, str))
        return ()

    def flag(self, name: str) -> bool | None:
        """Give a boolean sent as a boolean or as the text "true"/"false"; None where unknown."""
        value = self.get(name)
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in _TRUE | _FALSE:
            return value.lower() in _TRUE
        return None

    def number(self, name: str) -> int | None:
        """Give a whole number sent as a number or as digits; None where unknown."""
        value = self.get(name)
        if isinstance(value, bool):
            return None
        if isinstance(value, int):
            return value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            return int(value)
        return None

    def child(self, name: str) -> Parameters:
        """Give a nested object; empty where absent."""
        value = self.get(name)
        return Parameters(value) if isinstance(value, Mapping) else Parameters()

    def children(self, name: str) -> tuple[Parameters, ...]:
        """Give every object of a list field; a single object counts as a list of one."""
        return tuple(_objects(self.get(name)))

    def document(self, name: str) -> Mapping[str, object] | None:
        """Give a JSON document sent as a string or as an object; None where it is neither."""
        value = self.get(name)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                return None
        return value if isinstance(value, Mapping) else None


def _objects(value: object) -> Iterator[Parameters]:
    if isinstance(value, Mapping):
        yield Parameters(value)
    elif isinstance(value, (list, tuple)):
        for item in value:
            if isinstance(item, Mapping):
                yield Parameters(item)
