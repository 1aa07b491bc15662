"""Which stretch of time around an event tells most, counted in distinct secrets, actions and calls.

A sweep of a thousand secrets is judged a thousand times, so the window slides in one pass: each sighting enters
once and leaves once, and each way of calling a secret is resolved once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from nightlatch.domain.secrets import SecretRef, representatives
from nightlatch.domain.sightings import Sighting, within

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What one window holds."""

    calls: int
    actions: int  # distinct event names
    secrets: int  # distinct, however they were called
    unknown: int  # distinct secrets that the principal was not known to use


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The chosen stretch: its sightings by time, what they count, and their secrets, the unknown ones first."""

    sightings: tuple[Sighting, ...]
    count: Count
    secrets: tuple[SecretRef, ...]


@dataclass(slots=True)
class _Tally:
    """Counts that follow a sliding window."""

    stands_for: dict[SecretRef, SecretRef]
    calls: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    secrets: Counter[SecretRef] = field(default_factory=Counter)
    unknown: Counter[SecretRef] = field(default_factory=Counter)

    def enter(self, sighting: Sighting) -> None:
        self.calls += 1
        self.actions[sighting.name] += 1
        for secret in sighting.secrets:
            self.secrets[self.stands_for[secret]] += 1
            if not sighting.known:
                self.unknown[self.stands_for[secret]] += 1

    def leave(self, sighting: Sighting) -> None:
        self.calls -= 1
        _take(self.actions, sighting.name)
        for secret in sighting.secrets:
            _take(self.secrets, self.stands_for[secret])
            if not sighting.known:
                _take(self.unknown, self.stands_for[secret])

    def count(self) -> Count:
        return Count(calls=self.calls, actions=len(self.actions), secrets=len(self.secrets), unknown=len(self.unknown))


def fullest(
    sightings: Iterable[Sighting],
    *,
    of: datetime,
    width: timedelta,
    rank: Callable[[Count], tuple[int, ...]],
) -> Window:
    """Give the window of `width` around a moment that ranks highest, the earliest of equals.

    A window begins at a sighting, the moment's own at the latest.

    Args:
        sightings: Candidates in any order.
        of: The event time of the event being judged; the window holds it.
        width: Length of the window, both ends included.
        rank: What makes a window tell more than another.
    """
    near = within(sightings, of=of, before=width, after=width)
    tally = _Tally(representatives(secret for sighting in near for secret in sighting.secrets))
    chosen: tuple[Sighting, ...] = ()
    chosen_rank: tuple[int, ...] = ()
    chosen_count = tally.count()
    end = 0
    for start, first in enumerate(near):
        if first.at > of:
            break
        while end < len(near) and near[end].at <= first.at + width:
            tally.enter(near[end])
            end += 1
        count = tally.count()
        if rank(count) > chosen_rank:
            chosen, chosen_rank, chosen_count = near[start:end], rank(count), count
        tally.leave(first)
    unknown_first = sorted(chosen, key=lambda sighting: sighting.known)
    secrets = dict.fromkeys(tally.stands_for[secret] for sighting in unknown_first for secret in sighting.secrets)
    return Window(sightings=chosen, count=chosen_count, secrets=tuple(secrets))


def nearest(sightings: Iterable[Sighting], *, of: datetime) -> tuple[Sighting, ...]:
    """Keep of each secret, known and unknown apart, the sighting nearest to a moment on either side.

    A window around the moment holds a secret exactly if it holds one of these, so that counting distinct secrets
    costs as much as there are secrets, not as often as they were read. The moment's own sightings all stay.
    """
    kept: dict[tuple[object, ...], Sighting] = {}
    for sighting in sightings:
        own = sighting.event_id if sighting.at == of else ""
        side = (sighting.secrets, sighting.known, sighting.at > of, own)
        other = kept.get(side)
        if other is None or abs(sighting.at - of) < abs(other.at - of):
            kept[side] = sighting
    return tuple(kept.values())


def _take(counter: Counter[_Key], key: _Key) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
