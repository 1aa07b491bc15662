"""What happened when, in seconds since a scene began, measured on this machine's clock while it happened."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

Seen = TypeVar("Seen")


class SceneFailed(Exception):
    """A scene did not end as it must; the text says what was missing."""


@dataclass(slots=True)
class Timeline:
    """One scene's measured moments."""

    title: str
    tell: Callable[[str], None]
    began: float = field(default_factory=time.monotonic)
    moments: list[tuple[float, str]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long the scene has been going on."""
        return time.monotonic() - self.began

    def note(self, text: str) -> None:
        """Write down that something has just been seen."""
        at = self.seconds
        self.moments.append((at, text))
        self.tell(f"  {at:6.2f} s  {text}")


def wait_for(look: Callable[[], Seen | None], *, what: str, timeout_s: float, nudge: Callable[[float], object]) -> Seen:
    """Look until there is something to see.

    Args:
        look: Gives what is waited for, or something empty.
        what: Named in the error.
        timeout_s: How long at most.
        nudge: Waits for the next change, at most the seconds it is given.

    Raises:
        SceneFailed: The time is over.
    """
    end = time.monotonic() + timeout_s
    while True:
        seen = look()
        if seen:
            return seen
        left = end - time.monotonic()
        if left <= 0:
            raise SceneFailed(f"not seen within {timeout_s:g} s: {what}")
        nudge(min(left, 0.5))
