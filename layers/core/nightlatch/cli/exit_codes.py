"""What a script learns from how `nightlatch` ended.

Source: ruling 7 of the design: only open findings count, 3 outranks 4, malformed records alone give 4.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The codes are a public interface."""

    CLEAN = 0
    ERROR = 1
    USAGE = 2
    FINDINGS = 3  # open findings at or above --fail-on
    PARTIAL = 4  # something could not be read or judged
    REFUSED = 5  # a guard said no; nothing was changed
    INTERRUPTED = 130
