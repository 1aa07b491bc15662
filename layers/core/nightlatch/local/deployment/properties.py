"""After this module a reader knows how the stage notices a property that nobody read.

A creator takes what it understands out of a `Properties`; whatever is left when it returns is an error.
Nested structures that are handed to boto3 whole need no such care: boto3's own validation refuses an
unknown member. Nested structures that a creator takes apart are read through `nested`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightlatch.local.deployment.errors import TemplateError, UnreadProperty


class Properties:
    """The resolved properties of one resource, and which of them have been read."""

    def __init__(self, place: str, values: Mapping[str, Any]) -> None:
        self.place = place
        self._values = values
        self._read: set[str] = set()
        self._nested: list[Properties] = []

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str, default: Any = None) -> Any:
        """Read one property, or the default where the template does not set it."""
        self._read.add(name)
        return self._values.get(name, default)

    def need(self, name: str) -> Any:
        """Read one property that the type requires.

        Raises:
            TemplateError: The template does not set it.
        """
        if name not in self._values:
            message = f"{self.place}: the property {name} is required"
            raise TemplateError(message)
        return self.get(name)

    def take(self, *names: str) -> dict[str, Any]:
        """Read those of the named properties that are set, as keyword arguments of a boto3 call."""
        self._read.update(names)
        return {name: self._values[name] for name in names if name in self._values}

    def nested(self, name: str) -> Properties:
        """Read a structure member by member; its unread members are errors too."""
        value = self.get(name) or {}
        if not isinstance(value, Mapping):
            message = f"{self.place}.{name}: a mapping is needed, not {type(value).__name__}"
            raise TemplateError(message)
        inside = Properties(f"{self.place}.{name}", value)
        self._nested.append(inside)
        return inside

    def items_of(self, name: str) -> list[Properties]:
        """Read a list of structures, each member by member."""
        inside = [
            Properties(f"{self.place}.{name}[{index}]", value) for index, value in enumerate(self.get(name) or [])
        ]
        self._nested.extend(inside)
        return inside

    def finish(self) -> None:
        """Make sure that everything was read.

        Raises:
            UnreadProperty: A property was left, so the stage would have dropped it in silence.
        """
        unread = sorted(set(self._values) - self._read)
        if unread:
            message = f"{self.place}: the stage does not know the property {', '.join(unread)}"
            raise UnreadProperty(message)
        for inside in self._nested:
            inside.finish()
