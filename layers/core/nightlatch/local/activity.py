"""After this module a reader knows when nothing is going on any more on the stage.

Blind sleeping is either too long or too short. Everything that works (a delivery, a function) counts
itself here; whoever waits for quiet is woken when something ends.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# A hidden message becomes visible without telling anybody; this is how often quiet is looked at again.
_LOOK_AGAIN_S = 0.05


class Activity:
    """Counts what is under way."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy = 0
        self._begun = 0

    def begin(self) -> None:
        """Say that something has begun; `end` must follow."""
        with self._changed:
            self._busy += 1
            self._begun += 1

    def end(self) -> None:
        """Say that something has ended."""
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count the block as something under way."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def wait_until_quiet(self, nothing_left: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until nothing is under way and nothing is left; False when the time is over."""
        until = time.monotonic() + timeout_s
        while not self._quiet(nothing_left):
            left = until - time.monotonic()
            if left <= 0:
                return False
            with self._changed:
                self._changed.wait(min(left, _LOOK_AGAIN_S))
        return True

    def _quiet(self, nothing_left: Callable[[], bool]) -> bool:
        """Look twice: what began and ended during the first look may have left something behind it."""
        with self._changed:
            if self._busy:
                return False
            begun = self._begun
        if not nothing_left():
            return False
        with self._changed:
            return self._busy == 0 and self._begun == begun
