"""What the stand-ins were sent, and which of them is out of order at the moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Lock
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """One message that was taken."""

    channel: str
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


class Inbox:
    """Everything that was taken or refused, thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._taken: list[Received] = []
        self._refused: list[tuple[str, str]] = []
        self._answers: dict[str, HTTPStatus] = {}

    def take(self, message: Received) -> None:
        """Keep a message."""
        with self._lock:
            self._taken.append(message)

    def refuse(self, channel: str, why: str) -> None:
        """Keep why a message was refused."""
        with self._lock:
            self._refused.append((channel, why))

    def of(self, channel: str) -> list[Received]:
        """Give what a channel has taken, the oldest first."""
        with self._lock:
            return [one for one in self._taken if one.channel == channel]

    @property
    def refused(self) -> list[tuple[str, str]]:
        """What was refused, by channel, and why."""
        with self._lock:
            return [*self._refused]

    def answer(self, channel: str, status: HTTPStatus | None) -> None:
        """Let a channel answer with a status whatever it is sent; None for in order again."""
        with self._lock:
            if status is None:
                self._answers.pop(channel, None)
            else:
                self._answers[channel] = status

    def answers(self, channel: str) -> HTTPStatus | None:
        """Give the status that a channel answers with now, None where it is in order."""
        with self._lock:
            return self._answers.get(channel)
