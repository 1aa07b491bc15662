"""Lets calls through no faster than they may come, whoever makes them; those of another quota do not wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock


class SharedPace:
    """One quota's pace; threads take their turns before they wait, so that none holds another up.

    Args:
        per_second: How many calls may come in a second.
        tick: Gives seconds that only grow.
        pause: Waits so many seconds.
    """

    def __init__(
        self,
        per_second: float,
        *,
        tick: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds = 1 / per_second
        self._tick = tick
        self._pause = pause
        self._next = 0.0
        self._lock = Lock()

    def keep(self) -> None:
        """Wait until the next call may be made."""
        with self._lock:
            now = self._tick()
            turn = max(now, self._next)
            self._next = turn + self._seconds
        if turn > now:
            self._pause(turn - now)
