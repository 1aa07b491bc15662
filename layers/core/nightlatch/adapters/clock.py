"""What time it is: the machine's, or on the local stage the stage's, which can be set.

The stage writes a small JSON file and every process reads it: `{"offset_s": 900.0}` is the machine's time plus
so many seconds, `{"frozen": "2026-11-23T10:00:00+00:00"}` stands still. `local/clock.py` owns the format; it is
read here because what Lambda runs never sees the stage.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]


def machine_time() -> datetime:
    """Tell the machine's time, aware, in UTC."""
    return datetime.now(UTC)


def clock(file: str = "") -> Clock:
    """Give the clock to live by.

    Args:
        file: Path of a stage's clock file; empty in AWS. A missing or broken file means the machine's time.
    """
    if not file:
        return machine_time
    path = Path(file)
    return lambda: _stage_time(path)


def _stage_time(path: Path) -> datetime:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if "frozen" in said:
            return datetime.fromisoformat(said["frozen"]).astimezone(UTC)
        return machine_time() + timedelta(seconds=float(said.get("offset_s", 0.0)))
    except (OSError, ValueError, TypeError, AttributeError, OverflowError):
        return machine_time()
