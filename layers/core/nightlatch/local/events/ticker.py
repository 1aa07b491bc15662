"""After this module a reader knows how time passes by itself on a stage that stays up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def ticking(tick: Callable[[], object], every_s: float) -> Iterator[None]:
    """Call `tick` again and again, from a thread, until the block ends."""
    stopping = threading.Event()

    def run() -> None:
        while not stopping.wait(every_s):
            tick()

    thread = threading.Thread(target=run, name="ticker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
