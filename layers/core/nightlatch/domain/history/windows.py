"""Episodes: the stretches of a trail in which somebody did too much within a width of time, and what they hold.

A window of the width slides over the trail in one pass; each sighting enters once and leaves once, and each way of
calling a secret is resolved once. Windows that hold too much and overlap are one episode. It is the same from
whichever of its events it is looked at, so a sweep of a thousand secrets is one episode, not a thousand windows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from nightlatch.domain.event.secrets import SecretRef, representatives
from nightlatch.domain.history.evidence import Evidence
from nightlatch.domain.history.sightings import Sighting
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.history.value_reads import is_unknown

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What one window holds."""

    calls: int
    actions: int  # distinct event names
    secrets: int  # distinct, however they were called
    unknown: int  # distinct secrets that the principal was not known to use
    regions: int  # distinct, where records say which

    @property
    def rank(self) -> tuple[int, ...]:
        """What makes one window tell more than another."""
        return (self.unknown, self.secrets, self.actions, self.calls, self.regions)


TooMuch = Callable[[Count], bool]  # what holds more must be too much as well


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Windows that hold too much, joined: their sightings by time, the fullest of them, and the secrets."""

    evidence: Evidence
    peak: Count  # of the window that tells most
    secrets: tuple[SecretRef, ...]  # each once, those that the principal was not known to use first
    regions: tuple[str, ...]  # each once, by name


def episode_at(trail: Trail, moment: datetime, *, width: timedelta, too_much: TooMuch) -> Episode | None:
    """Give the episode that holds a moment, None where the trail has none there.

    Args:
        trail: What counts, and nothing else.
        moment: The event time of the event being judged.
        width: Length of a window, both ends included.
        too_much: Tells whether a window holds too much; a function of a module, for its answers are remembered.
    """
    episodes = trail.once(("episodes", width, too_much), partial(_episodes, width=width, too_much=too_much))
    place = bisect_right(episodes, moment, key=lambda episode: episode.evidence.first_seen) - 1
    if place < 0 or episodes[place].evidence.last_seen < moment:
        return None
    return episodes[place]


def _episodes(whole: Trail, *, width: timedelta, too_much: TooMuch) -> list[Episode]:
    stands_for = representatives(secret for sighting in whole for secret in sighting.secrets)
    return [
        _episode(whole[first:behind], peak, stands_for)
        for first, behind, peak in _joined(_windows(whole, stands_for, width, too_much))
    ]


def _windows(
    whole: Trail, stands_for: dict[SecretRef, SecretRef], width: timedelta, too_much: TooMuch
) -> Iterator[tuple[int, int, Count]]:
    """Slide over the trail; give the windows that hold too much, by where they begin and end."""
    tally = _Tally(stands_for)
    behind = 0
    for first, sighting in enumerate(whole):
        while behind < len(whole) and whole[behind].at <= sighting.at + width:
            tally.enter(whole[behind])
            behind += 1
        count = tally.count()
        if too_much(count):
            yield first, behind, count
        tally.leave(sighting)


def _joined(windows: Iterator[tuple[int, int, Count]]) -> Iterator[tuple[int, int, Count]]:
    """Join windows that share a sighting; the fullest lends its count, the earliest of equals."""
    held = next(windows, None)
    if held is None:
        return
    for window in windows:
        if window[0] < held[1]:
            held = (held[0], window[1], max(held[2], window[2], key=lambda count: count.rank))
        else:
            yield held
            held = window
    yield held


def _episode(sightings: Sequence[Sighting], peak: Count, stands_for: dict[SecretRef, SecretRef]) -> Episode:
    unknown_first = sorted(sightings, key=lambda sighting: not is_unknown(sighting))
    secrets = dict.fromkeys(stands_for[secret] for sighting in unknown_first for secret in sighting.secrets)
    regions = sorted({sighting.region for sighting in sightings if sighting.region})
    return Episode(evidence=Evidence.of(*sightings), peak=peak, secrets=tuple(secrets), regions=tuple(regions))


@dataclass(slots=True)
class _Tally:
    """Counts that follow a sliding window."""

    stands_for: dict[SecretRef, SecretRef]
    calls: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    regions: Counter[str] = field(default_factory=Counter)
    secrets: Counter[SecretRef] = field(default_factory=Counter)
    unknown: Counter[SecretRef] = field(default_factory=Counter)

    def enter(self, sighting: Sighting) -> None:
        self.calls += 1
        self.actions[sighting.name] += 1
        if sighting.region:
            self.regions[sighting.region] += 1
        for secret in sighting.secrets:
            self.secrets[self.stands_for[secret]] += 1
            if is_unknown(sighting):
                self.unknown[self.stands_for[secret]] += 1

    def leave(self, sighting: Sighting) -> None:
        self.calls -= 1
        _take(self.actions, sighting.name)
        if sighting.region:
            _take(self.regions, sighting.region)
        for secret in sighting.secrets:
            _take(self.secrets, self.stands_for[secret])
            if is_unknown(sighting):
                _take(self.unknown, self.stands_for[secret])

    def count(self) -> Count:
        return Count(
            calls=self.calls,
            actions=len(self.actions),
            secrets=len(self.secrets),
            unknown=len(self.unknown),
            regions=len(self.regions),
        )


def _take(counter: Counter[_Key], key: _Key) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
