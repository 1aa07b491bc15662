"""Finds the changes that EventBridge did not bring, in CloudTrail's own event history, and hands them to the lane.

    names of changes ──LookupEvents──> what happened ──less what was judged──> changes lane ──> the one engine

EventBridge delivers events of CloudTrail as well as it can, and makes no promise; the event history has them all, needs
no trail, and is late by minutes. What is handed over is marked, judged like everything else, and since an event is one
by its id, one that comes after all is nothing new. Reads are not looked up: there are too many of them.

The names take turns, a page each, those first that have waited longest: a flood under one of them makes that one late
and no other. What a look does not get through, the next goes on with; that it is behind is told.

Source: ruling 22; EventBridge user guide, delivery of AWS service events (best effort); CloudTrail API reference,
LookupEvents (two requests per second, account and Region).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from nightlatch.domain.errors import Refused, Unavailable
from nightlatch.domain.event.events import EventName, SecretEvent
from nightlatch.domain.watching.lookups import SECOND, Progress, Span, is_watched, names_to_ask, opened, went_back

MOST_PAGES = 20  # of one second under one name: a thousand events
KEPT_AFTER = 20  # turns; a function that is stopped has no more to do again
_MOST_FAILURES = 3  # in a row
_NAMED = 3
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """A record of the event history: as it reads, and its text."""

    event: SecretEvent
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer of the event history."""

    found: tuple[Found, ...] = ()
    oldest: datetime | None = None  # when the last of them happened; None of an empty page
    more: str | None = None  # how to ask for what is older; None at the end
    gaps: tuple[str, ...] = ()  # what of it could not be read


class EventHistory(Protocol):
    """CloudTrail's event history."""

    def page(self, name: str, span: Span, more: str | None) -> Page:
        """Give what happened under a name, newest first, or what follows a page of the same span.

        Raises:
            Refused: It may not be asked.
            Unavailable: It could not be asked.
        """


class Judged(Protocol):
    """Which events were judged. All may raise Unavailable."""

    def note(self, events: Collection[SecretEvent], at: datetime) -> None:
        """Remember that events were judged, or handed over to be."""

    def without(self, event_ids: Collection[str]) -> Collection[str]:
        """Give those of some events that were not."""

    def progress(self) -> Mapping[str, Progress]:
        """Give how far each name was looked at."""

    def looked(self, progress: Mapping[str, Progress]) -> None:
        """Remember how far each name was looked at."""


class Lane(Protocol):
    """The way to the detector."""

    def bring(self, records: Sequence[str]) -> Mapping[int, str]:
        """Hand records over that were missed; give those that it never takes, by their place, and why.

        Raises:
            Unavailable: It did not take them all now.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcilePorts:
    """The world, as far as finding what was missed needs it."""

    history: EventHistory
    judged: Judged
    lane: Lane
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What one look through the history came to."""

    missed: tuple[SecretEvent, ...] = ()
    gaps: tuple[str, ...] = ()
    is_whole: bool = True  # whether every name was looked at to its end; else the next look goes on there


def reconcile(ports: ReconcilePorts, wanted: Collection[EventName], until: datetime) -> Reconciled:
    """Look up every name of a change and hand over what was not judged; what could not be asked is a gap.

    Args:
        ports: The world.
        wanted: Names that rules read.
        until: When to stop, for the function that runs it ends; the next look goes on from there.
    """
    try:
        before = ports.judged.progress()
    except Unavailable as error:
        return Reconciled(gaps=(f"event history: {error}",), is_whole=False)
    look = _Look(ports, wanted, before)
    look.through(until)
    return look.outcome()


class _Look:
    """One look: turn by turn, until all is done or time is over."""

    def __init__(self, ports: ReconcilePorts, wanted: Collection[EventName], before: Mapping[str, Progress]) -> None:
        self._ports = ports
        self._wanted = wanted
        self._names = names_to_ask(wanted)
        self._progress = {name: before[name] for name in self._names if name in before}
        self._at = ports.now()
        self._missed: list[SecretEvent] = []
        self._gaps: dict[str, None] = {}
        self._given_up: dict[str, Span] = {}

    def through(self, until: datetime) -> None:
        """Give each name its turns, those first that have waited longest."""
        waiting = deque(sorted(self._names, key=self._asked))
        failures = turns = 0
        while waiting and failures < _MOST_FAILURES and self._ports.now() < until:
            name = waiting.popleft()
            try:
                self._turn(name, until)
            except Refused as error:
                self._tell(error)
                break
            except Unavailable as error:
                self._tell(error)
                failures += 1
                continue
            failures, turns = 0, turns + 1
            if not self._progress[name].is_done(self._at):
                waiting.append(name)
            if turns % KEPT_AFTER == 0:
                self._keep()
        self._keep()

    def outcome(self) -> Reconciled:
        """Say what it came to."""
        behind = [name for name in self._names if not self._is_done(name)]
        gaps = list(self._gaps)
        if behind:
            gaps.append(f"event history: {_some(behind)} not looked up to the end; the next look goes on there")
        if self._given_up:
            since = min(span.start for span in self._given_up.values())
            gaps.append(f"event history: {_some(self._given_up)} since {since:%Y-%m-%d %H:%M} UTC too old, given up")
        return Reconciled(missed=tuple(self._missed), gaps=tuple(gaps), is_whole=not behind)

    def _turn(self, name: str, until: datetime) -> None:
        """Look at pages of a name until one ends in an earlier second than it began, and note how far that was.

        The next turn asks for that second again, for the page may have cut it in two.
        """
        progress, span, given_up = opened(self._progress.get(name), self._at)
        if given_up is not None:
            self._given_up.setdefault(name, given_up)
        self._progress[name] = progress
        more: str | None = None
        for _ in range(MOST_PAGES):
            page = self._ports.history.page(name, span, more)
            self._gaps.update(dict.fromkeys(page.gaps))
            self._hand_over([one for one in page.found if is_watched(one.event, self._wanted)])
            more = page.more
            if more is None or (page.oldest is not None and page.oldest < span.end):
                self._progress[name] = went_back(progress, None if more is None else page.oldest)
                return
            if self._ports.now() >= until:
                return
        self._gaps[f"event history: of {name} there are more events at {span.end:%H:%M:%S} than were looked at"] = None
        self._progress[name] = went_back(progress, span.end - SECOND)

    def _hand_over(self, found: Sequence[Found]) -> None:
        by_id = {one.event.event_id: one for one in found}
        unseen = [by_id[event_id] for event_id in self._ports.judged.without(by_id)] if by_id else []
        unseen.sort(key=lambda one: (one.event.at, one.event.event_id))
        if not unseen:
            return
        never = self._ports.lane.bring([one.record for one in unseen])
        taken = [one.event for place, one in enumerate(unseen) if place not in never]
        self._gaps.update({f"event {unseen[place].event.event_id}: {why}": None for place, why in never.items()})
        self._missed += taken
        if taken:  # noted, so that a lane that is behind gets each once
            self._ports.judged.note(taken, self._ports.now())

    def _keep(self) -> None:
        try:
            self._ports.judged.looked(self._progress)
        except Unavailable as error:
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        self._gaps[f"event history: {error}"] = None

    def _asked(self, name: str) -> datetime:
        before = self._progress.get(name)
        return _NEVER if before is None else before.asked

    def _is_done(self, name: str) -> bool:
        progress = self._progress.get(name)
        return progress is not None and progress.is_done(self._at)


def _some(names: Collection[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(list(names)[:_NAMED]) + more
