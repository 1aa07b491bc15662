"""After this module a reader knows what time it is on the stage, and how to change it.

The stage owns one clock, and every process reads it: rules that judge an absence (a deletion without a
call after 15 minutes) cannot be shown otherwise than by moving time. The clock is a small JSON file whose
path stands in the environment variable `NIGHTLATCH_CLOCK`. This is the one place that says its format::

    {"offset_s": 900.0}                      the machine's time plus so many seconds
    {"frozen": "2026-11-23T10:00:00+00:00"}  time stands still

No file, an unreadable one, and a file with neither member mean the machine's own time. The file is
replaced in one step, so that a reader never sees half of it.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

VARIABLE = "NIGHTLATCH_CLOCK"
_Said = dict[str, float | str]


class StageClock:
    """The clock of one stage: it alone writes, everybody reads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._said: _Said = {}  # as it stands in the file: moto asks for the time at each request
        self.follow()

    def now(self) -> datetime:
        """Say what time it is on the stage, in UTC."""
        return _moment(self._said)

    def follow(self, offset_s: float = 0.0) -> None:
        """Follow the machine's time, so many seconds ahead of it or behind it."""
        self._write({"offset_s": offset_s})

    def advance(self, seconds: float) -> None:
        """Move the stage's time forward from where it is; a frozen clock stays frozen."""
        if "frozen" in self._said:
            self.freeze(self.now() + timedelta(seconds=seconds))
        else:
            self.follow(float(self._said.get("offset_s", 0.0)) + seconds)

    def freeze(self, moment: datetime) -> None:
        """Let time stand still at a moment that knows its time zone.

        Raises:
            ValueError: The moment has no time zone.
        """
        if moment.tzinfo is None:
            raise ValueError("a stage's clock needs a moment with a time zone")
        self._write({"frozen": moment.astimezone(UTC).isoformat()})

    def _write(self, said: _Said) -> None:
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps(said), encoding="utf-8")
        os.replace(draft, self.path)  # noqa: PTH105 - the one call that promises to replace in one step
        self._said = said


def read_clock(path: Path) -> datetime:
    """Read a clock file as any process of the stage does."""
    return _moment(_read(path))


def _moment(said: _Said) -> datetime:
    if "frozen" in said:
        return datetime.fromisoformat(str(said["frozen"]))
    return datetime.now(UTC) + timedelta(seconds=float(said.get("offset_s", 0.0)))


def _read(path: Path) -> _Said:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
