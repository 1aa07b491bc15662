"""What an event pattern of a rule that forwards to us lets through; what cannot be read lets nothing through.

Such a rule may be anybody's, so there is no template to compare it with, as there is for our own (`patterns`). It must
ask for a source, a kind of event, an eventSource and names of events, and for no more.

Source: EventBridge user guide, event patterns (values are alternatives, `prefix` compares beginnings).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nightlatch.domain.event.events import EventName

_OUTER = frozenset({"source", "detail-type", "detail"})
_INNER = frozenset({"eventSource", "eventName"})
_CALL = "AWS API Call via CloudTrail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The part of a pattern that says which events come."""

    sources: frozenset[str] = frozenset()  # eventSource of calls
    names: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    native: frozenset[EventName] = frozenset()  # events that services put on the bus themselves

    def lets_through(self, event: EventName) -> bool:
        """Tell whether every event of this name passes."""
        if event in self.native:
            return True
        if event.source not in self.sources:
            return False
        by_prefix = bool(self.prefixes) and event.name.startswith(self.prefixes)
        return by_prefix or (event.name in self.names and not event.is_prefix)


def read_pattern(text: str) -> Pattern:
    """Read a pattern as EventBridge gives it; one that is not of our kind lets nothing through."""
    try:
        document = json.loads(text)
    except ValueError:
        return Pattern()
    if not isinstance(document, Mapping) or set(document) - _OUTER:
        return Pattern()
    services, kinds = _texts(document.get("source")), _texts(document.get("detail-type"))
    detail = document.get("detail")
    if detail is None:
        return Pattern(native=frozenset(EventName(source=one, name=kind) for one in services for kind in kinds))
    if not isinstance(detail, Mapping) or set(detail) - _INNER or _CALL not in kinds:
        return Pattern()
    wanted = {f"{one.removeprefix('aws.')}.amazonaws.com" for one in services}
    asked = detail.get("eventName")
    return Pattern(
        sources=frozenset(_texts(detail.get("eventSource"))) & wanted,
        names=frozenset(_texts(asked)),
        prefixes=tuple(_prefixes(asked)),
    )


def _texts(value: object) -> list[str]:
    return [one for one in _listed(value) if isinstance(one, str)]


def _prefixes(value: object) -> list[str]:
    found = [one.get("prefix") for one in _listed(value) if isinstance(one, Mapping) and len(one) == 1]
    return [one for one in found if isinstance(one, str)]


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()
