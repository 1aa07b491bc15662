"""After this module a reader knows how what a function's process writes reaches whoever listens to it.

A process writes its lines before it answers, and a pipe keeps their order. So whoever takes the answer first takes what
lies in the pipe, and nobody who waits for the answer asks for a line that is still under way.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from typing import IO

_AT_ONCE = 64 * 1024  # bytes; a pipe of Linux holds no more


class Log:
    """Passes on the lines of one process, in their order, from whichever thread takes them out of the pipe."""

    def __init__(self, stream: IO[bytes], on_line: Callable[[str], None]) -> None:
        self._stream = stream
        self._on_line = on_line
        self._begun = b""  # a line without its end; the end of all ends it
        self._has_ended = False
        self._taking = threading.Lock()
        os.set_blocking(stream.fileno(), False)

    def follow(self) -> None:
        """Pass on what comes until the process and what it started have ended, then close the pipe.

        It is closed here alone: a descriptor that is closed under a wait may be another file's before the wait ends.
        """
        readable = select.poll()
        readable.register(self._stream, select.POLLIN)
        with self._stream:
            while not self.take():
                readable.poll()

    def take(self) -> bool:
        """Pass on what lies in the pipe now, and say whether it has ended."""
        with self._taking:
            while not self._has_ended:
                try:
                    written = os.read(self._stream.fileno(), _AT_ONCE)
                except BlockingIOError:
                    break
                if not written:
                    self._has_ended = True
                    written = b"\n" if self._begun else b""
                self._pass_on(written)
            return self._has_ended

    def _pass_on(self, written: bytes) -> None:
        *lines, self._begun = (self._begun + written).split(b"\n")
        for line in lines:
            self._on_line(line.decode(errors="replace").rstrip("\r"))
