"""The attacks that are played into the life of the organisation, each of another kind, with what must be told of it.

Source: design detections, section 4 (attack stories) and the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from simulation import stories
from simulation.organisation import Organisation
from simulation.records import Pen, Record, day_at

_KEY_ITSELF = frozenset({"access.unusual-context", "access.used-elsewhere", "access.first-read"})
_DELETIONS = frozenset({"deletion.deletion-scheduled"})

Story = Callable[[Pen, Organisation, datetime], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One attack: what it does, which rules must tell of it, and which others may, for it is true of it too."""

    name: str
    hour: float
    play: Story
    must: frozenset[str]
    may: frozenset[str] = frozenset()
    destroys: tuple[str, ...] = ()  # names of secrets that are gone from then on


ATTACKS = (
    Attack(
        name="sweep by a stolen key",
        hour=11,
        play=stories.sweep,
        must=frozenset({"access.bulk-read", "access.list-then-read"}),
        may=_KEY_ITSELF,
    ),
    Attack(
        name="slow sweep, a secret each hour",
        hour=0.1,
        play=stories.slow_sweep,
        must=frozenset({"access.bulk-read"}),
        may=_KEY_ITSELF,
    ),
    Attack(
        name="a role named like a release",
        hour=14,
        play=stories.likely_name,
        must=frozenset({"access.bulk-read"}),
        may=frozenset({"access.first-read"}),
    ),
    Attack(
        name="catch-all in batches",
        hour=13,
        play=stories.batch,
        must=frozenset({"access.batch-retrieval", "access.bulk-read"}),
        may=_KEY_ITSELF,
    ),
    Attack(
        name="refused at many, then let in",
        hour=10,
        play=stories.probing,
        must=frozenset({"access.denied-probing"}),
        may=frozenset({"access.first-read"}),
    ),
    Attack(
        name="deleted without recovery",
        hour=16,
        play=stories.force_delete,
        must=frozenset({"deletion.force-delete"}),
        may=_KEY_ITSELF,
        destroys=("old/0",),
    ),
    Attack(
        name="a value planted",
        hour=15,
        play=stories.planted_value,
        must=frozenset({"change.unexpected-writer"}),
        may=_KEY_ITSELF,
    ),
    Attack(
        name="AWSCURRENT there and back",
        hour=14,
        play=stories.label_flip,
        must=frozenset({"change.current-moved"}),
        may=_KEY_ITSELF,
    ),
    Attack(
        name="another account let in, and reading",
        hour=9,
        play=stories.foreign_policy,
        must=frozenset({"policy.foreign-account", "access.outside-account"}),
        may=_KEY_ITSELF,
    ),
    Attack(name="rotation cancelled", hour=12, play=stories.rotation_cancelled, must=frozenset({"rotation.cancelled"})),
    Attack(name="the trail stopped", hour=17, play=stories.trail_stopped, must=frozenset({"monitor.trail-tampered"})),
    Attack(
        name="read, then deleted",
        hour=18,
        play=stories.read_then_deleted,
        must=frozenset({"deletion.read-then-deleted"}),
        may=_DELETIONS | _KEY_ITSELF,
        destroys=("old/1",),
    ),
    Attack(
        name="five secrets deleted at once",
        hour=19,
        play=stories.mass_deletion,
        must=frozenset({"deletion.mass-deletion"}),
        may=_DELETIONS | _KEY_ITSELF,
        destroys=tuple(f"old/{n}" for n in range(2, 7)),
    ),
)


def plan(days: int, begin: int) -> dict[int, tuple[Attack, ...]]:
    """Give each attack a fixed day: one a day where there are enough, else several."""
    width = min(days - begin, len(ATTACKS))
    found: dict[int, tuple[Attack, ...]] = {}
    for number, attack in enumerate(ATTACKS):
        day = begin + number % width
        found[day] = (*found.get(day, ()), attack)
    return found


def play(attack: Attack, org: Organisation, day: int) -> list[Record]:
    """Write the records of an attack on its day."""
    pen = Pen(100 + ATTACKS.index(attack), day)
    attack.play(pen, org, day_at(day, attack.hour))
    return pen.records
