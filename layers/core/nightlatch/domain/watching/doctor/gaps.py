"""What could not be looked at, and its line.

After this module a reader knows that nothing which was refused or not answered is ever called well: it is a line of its
own with the permission that is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nightlatch.domain.watching.diagnosis import Line, Verdict


@dataclass(frozen=True, slots=True)
class Gap:
    """Why something could not be looked at; where a permission is missing, it is named."""

    why: str


Answer = Mapping[str, Any]


def unseen(about: str, gap: Gap) -> Line:
    """Give the line of what could not be looked at."""
    return Line(about=about, verdict=Verdict.UNSEEN, said=gap.why)
