"""After this module a reader knows what was delivered on the stage: what came, to whom, and how long it took.

The timeline of a demo and the diagnosis of a silent rule are both read from here. An entry names events
and resources; it never holds a message, because a message may quote what should stay unquoted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    """Which part of the way an entry tells of."""

    RULE = "rule"
    SCHEDULE = "schedule"
    LANE = "lane"
    FUNCTION = "function"
    HTTP = "http"


class Outcome(StrEnum):
    """How a step ended."""

    DELIVERED = "delivered"
    FAILED = "failed"
    PARTLY_FAILED = "partly-failed"
    DEAD_LETTER = "dead-letter"
    LOST = "lost"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One step of one thing's way over the stage; `at` is the stage's time, `ms` real time."""

    at: datetime
    step: Step
    what: str
    via: str
    target: str
    outcome: Outcome
    ms: float = 0.0
    reason: str = ""
    ids: tuple[str, ...] = ()


OnEntry = Callable[[Entry], None]


class Journal:
    """Keeps the entries of a stage, in the order in which the steps ended."""

    def __init__(self, now: Callable[[], datetime], on_entry: OnEntry = lambda _entry: None) -> None:
        self._now = now
        self._on_entry = on_entry
        self._entries: list[Entry] = []
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Say what time it is on the stage."""
        return self._now()

    def write(self, entry: Entry) -> None:
        """Write one entry down and tell whoever listens."""
        with self._lock:
            self._entries.append(entry)
        self._on_entry(entry)

    def entries(self, step: Step | None = None) -> tuple[Entry, ...]:
        """Read what has been written so far, or only one kind of step."""
        with self._lock:
            return tuple(entry for entry in self._entries if step in (None, entry.step))
