"""Benign story 2: External Secrets Operator reads two hundred secrets every minute of a day, and one day one more.

Each of them is known since weeks, over sessions that change hourly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nightlatch.domain.judging.findings import Severity
from stories.callers import a_role
from stories.records import DAY, Record, read
from stories.story import Story, Told

NAMES = [f"cluster/{n:03}" for n in range(200)]
NEW = "cluster/added-today"
MINUTES = 24 * 60


def _round(names: Sequence[str], at: float) -> Iterator[Record]:
    eso = a_role("eso", f"{int(at // 3600) + 10_000}", web=True)
    for n, name in enumerate(names):
        yield read(eso, name, at=at + n * 0.25, versionStage="AWSCURRENT")


def before() -> Sequence[Record]:
    """Nineteen days of it, of which single rounds are enough to tell."""
    return [record for day in (19, 9, 1) for record in _round(NAMES, -day * DAY)]


def polling(rounds: int) -> Sequence[Record]:
    """So many rounds of a day, evenly spread."""
    step = MINUTES / rounds
    return [record for n in range(rounds) for record in _round([*NAMES, NEW], 60.0 * int(n * step))]


def polls(*, rounds: int = 2) -> Story:
    """Tell of a day of which so many rounds are played; every round is like the others."""
    note = Told(catalogue="ACC-03", severity=Severity.LOW, secrets=1)
    return Story(name="operator-polls", records=lambda: polling(rounds), history=before, notes=(note,))


STORIES = (polls(),)
