"""After this module a reader knows how events that callers put onto a bus take the stage's way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from moto.events.models import Rule

from nightlatch.local.events.bus import Bus


@contextmanager
def taking_put_events(bus: Bus) -> Iterator[None]:
    """Bring what callers put onto a bus of moto through this one, until the block ends.

    moto's own delivery knows no account, ignores a rule's state and fails on half of the targets.
    """
    original = Rule.send_to_targets

    def send_to_targets(rule: Any, event: Mapping[str, Any], transform_input: bool = True) -> None:  # noqa: ARG001, FBT001, FBT002 - moto's signature
        bus.offer(rule, _as_sent(event))

    Rule.send_to_targets = send_to_targets
    try:
        yield
    finally:
        Rule.send_to_targets = original


def _as_sent(event: Mapping[str, Any]) -> dict[str, Any]:
    """Give moto's event the form in which EventBridge delivers it: a time in words, no time of arrival."""
    sent = {name: value for name, value in event.items() if name != "ingestion-time"}
    moment = sent.get("time")
    if isinstance(moment, (int, float)):
        sent["time"] = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return sent
