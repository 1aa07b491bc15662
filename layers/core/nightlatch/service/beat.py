"""Sends heartbeats and looks at the paths; hears them come back; says when they do not.

The heartbeat function sends and looks. The detector hears, and judges the silence each minute by itself: so it tells
also where the heartbeat function no longer runs. What is found becomes a sign that waits for the next tick, and goes
through the one engine like every event that waits.

Source: ruling 19; design detections, MON-03.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from nightlatch.domain.errors import Refused
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.watching.beats import Heart, Pulse, lateness, silence
from nightlatch.domain.watching.paths import Expected, Fault, Paths, faults, hearing
from nightlatch.domain.watching.signs import RULE, Sign, blindness

ACCEPTED_AFTER = timedelta(days=1)  # a subscription that was gone for so long was meant to go


class Beats(Protocol):
    """Where heartbeats are kept. All may raise Unavailable."""

    def send(self, nonce: str, at: datetime) -> None:
        """Keep a nonce before the call that bears it."""

    def is_sent(self, nonce: str) -> bool:
        """Tell whether a nonce is one of ours."""

    def arrive(self, nonce: str, *, at: datetime, lag: timedelta) -> bool:
        """Use a nonce up; False where it was never sent or was used before."""

    def pulse(self) -> Pulse:
        """Give how the heart has been beating."""

    def tell(self, silent_since: datetime) -> None:
        """Remember that a silence is told."""


class Call(Protocol):
    """The harmless call."""

    def beat(self, nonce: str) -> None:
        """Read our own secret with the nonce in the call; raises Refused or Unavailable."""


class Look(Protocol):
    """What AWS says about the paths."""

    def paths(self) -> Paths:
        """Look at all of them; what cannot be looked at is a gap. Raises Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of the paths from before."""

    broken: tuple[tuple[str, datetime], ...] = ()  # all that is lost by faults, and since when
    subscriptions: tuple[str, ...] = ()


class Standings(Protocol):
    """Where that is kept. Both may raise Unavailable."""

    def last(self) -> Standing:
        """Give it as it was left."""

    def keep(self, standing: Standing) -> None:
        """Leave it for the next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeatPorts:
    """The world, as far as the heartbeat function needs it."""

    heart: Heart
    beats: Beats
    call: Call
    look: Look
    standings: Standings
    postpone: Callable[[SecretEvent, str, datetime], None]  # keep an event for a rule, as judging does with what waits
    tick: Callable[[], None]  # has what waits judged now; raises Unavailable
    mint: Callable[[], str]  # draws a nonce that nobody can guess


@dataclass(frozen=True, slots=True, kw_only=True)
class Beaten:
    """What one run came to."""

    pulse: Pulse
    faults: tuple[Fault, ...]
    gaps: tuple[str, ...]  # what could not be looked at, or sent


def beat(ports: BeatPorts, expected: Expected, now: datetime) -> Beaten:
    """Send a heartbeat, then look at the paths and leave a sign for each that is newly broken, or broken further.

    What a sign is about names what is new in it: hits fold on that, and a loss that was told must not swallow another.

    Raises:
        Unavailable: AWS or the store could not be asked; the next run begins anew.
    """
    nonce = ports.mint()
    ports.beats.send(nonce, now)
    gaps: list[str] = []
    try:
        ports.call.beat(nonce)
    except Refused as error:
        gaps.append(f"heartbeat: {error}")
    paths = ports.look.paths()
    before = ports.standings.last()
    known = dict(before.broken)
    required = tuple(one for one in before.subscriptions if not _accepted(f"subscription:{one}|", known, now))
    found = faults(paths, replace(expected, subscriptions=required))
    signs = []
    for fault in found:
        news = [key for key in fault.keys if key not in known]
        if news:
            about = f"{news[0]}+{len(news) - 1}" if len(news) > 1 else news[0]
            signs.append(blindness(Sign.BROKEN, at=now, place=ports.heart.place, about=about, why=fault.why))
    for sign in signs:
        ports.postpone(sign, RULE, now)
    if signs:
        ports.tick()  # what is broken may be the rule of the minutes, for which the signs would wait
    since = {key: known.get(key, now) for fault in found for key in fault.keys}
    ports.standings.keep(Standing(broken=tuple(since.items()), subscriptions=hearing(paths, required)))
    return Beaten(pulse=ports.beats.pulse(), faults=found, gaps=(*gaps, *paths.gaps))


def _accepted(about: str, known: dict[str, datetime], now: datetime) -> bool:
    """Tell whether all that is wrong with something has been so for so long that it was meant."""
    broken = [since for key, since in known.items() if key.startswith(about)]
    return bool(broken) and all(now - since >= ACCEPTED_AFTER for since in broken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What the detector needs of the heart."""

    heart: Heart
    beats: Beats
    postpone: Callable[[SecretEvent, str, datetime], None]


def hear(events: Iterable[SecretEvent], hearing: Hearing, now: datetime) -> tuple[timedelta, ...]:
    """Note the heartbeats of a batch that have come back; give how long each took. One that was used up counts not.

    Raises:
        Unavailable: The store could not be asked; deliver the batch again.
    """
    lags = []
    for event in events:
        nonce = hearing.heart.nonce_in(event)
        lag = now - event.at
        if nonce is None or not hearing.beats.arrive(nonce, at=now, lag=lag):
            continue
        lags.append(lag)
        late = lateness(event, lag, hearing.heart)
        if late is not None:
            hearing.postpone(late, RULE, now)
    return tuple(lags)


def listen(hearing: Hearing, now: datetime) -> Pulse:
    """Leave a sign where heartbeats stay out, once for each silence; the tick that asked judges it.

    Raises:
        Unavailable: The store could not be asked; the next tick asks again.
    """
    pulse = hearing.beats.pulse()
    sign = silence(pulse, hearing.heart, now)
    if sign is not None and pulse.told != pulse.heard_until and pulse.heard_until is not None:
        hearing.postpone(sign, RULE, now)
        hearing.beats.tell(pulse.heard_until)
    return pulse
