"""Sends heartbeats and looks at the paths; hears them come back; says when they do not.

The heartbeat function sends and looks. The detector hears, and judges the silence each minute by itself: so it tells
also where the heartbeat function no longer runs. What is found becomes a sign that waits for the next tick, and goes
through the one engine like every event that waits.

Source: ruling 19; design detections, MON-03.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from nightlatch.domain.errors import Refused, Unavailable
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
        """Look at all of them; what cannot be looked at, or not now, is a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of the paths from before."""

    broken: tuple[tuple[str, datetime], ...] = ()  # what is at fault, and since when
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
    mint: Callable[[], str]  # draws a nonce that nobody can guess


@dataclass(frozen=True, slots=True, kw_only=True)
class Beaten:
    """What one run came to."""

    faults: tuple[Fault, ...]
    gaps: tuple[str, ...]  # what could not be looked at, sent or kept


def beat(ports: BeatPorts, expected: Expected, now: datetime) -> Beaten:
    """Send a heartbeat, then look at the paths and leave a sign for each that is newly broken.

    What cannot be done is a gap and keeps nothing else from being done: a call that somebody has throttled must not
    hide what the others show.
    """
    gaps = [f"heartbeat: {why}" for why in _tried(lambda: _send(ports, now))]
    paths = ports.look.paths()
    gaps += paths.gaps
    try:
        before = ports.standings.last()
    except Unavailable as error:  # what is new nobody knows; the next run tells it
        return Beaten(faults=faults(paths, expected), gaps=(*gaps, f"paths: {error}"))
    known = dict(before.broken)
    required = [one for one in before.subscriptions if not _accepted(f"subscription:{one}", known, now)]
    found = (*faults(paths, _with(expected, required)), *_unmended(known, paths))
    since: dict[str, datetime] = {}
    for fault in found:
        refused = [] if fault.about in known else _tried(partial(_sign, ports, fault, now))
        gaps += [f"paths: {why}" for why in refused]
        if not refused:
            since[fault.about] = known.get(fault.about, now)
    standing = Standing(broken=tuple(since.items()), subscriptions=hearing(paths, required))
    gaps += [f"paths: {why}" for why in _tried(lambda: ports.standings.keep(standing))]
    return Beaten(faults=found, gaps=tuple(dict.fromkeys(gaps)))


def _tried(act: Callable[[], None]) -> list[str]:
    """Do something; give why it could not be done, nothing where it is done."""
    try:
        act()
    except (Refused, Unavailable) as error:
        return [str(error)]
    return []


def _send(ports: BeatPorts, now: datetime) -> None:
    nonce = ports.mint()
    ports.beats.send(nonce, now)
    ports.call.beat(nonce)


def _sign(ports: BeatPorts, fault: Fault, now: datetime) -> None:
    sign = blindness(Sign.BROKEN, at=now, place=ports.heart.place, about=fault.about, why=fault.why)
    ports.postpone(sign, RULE, now)


def _unmended(known: Collection[str], paths: Paths) -> list[Fault]:
    """Give what was broken and could not be looked at now: nobody has seen that it was mended."""
    why = "it was broken when it was last looked at, and could not be looked at now"
    return [Fault(about, why) for about in known if paths.is_unseen(about)]


def _with(expected: Expected, subscriptions: Sequence[str]) -> Expected:
    return Expected(events=expected.events, lanes=expected.lanes, subscriptions=tuple(subscriptions))


def _accepted(about: str, known: dict[str, datetime], now: datetime) -> bool:
    return about in known and now - known[about] >= ACCEPTED_AFTER


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
