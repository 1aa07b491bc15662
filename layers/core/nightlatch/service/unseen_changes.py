"""After this module a reader knows how secrets' states are held against what was judged, beside the event history.

    the list of secrets, last changed first ──> what changed since the last look ──less what was judged──> a sign

A call that neither EventBridge nor the event history tells of still changes its secret. The list is asked in the order
of changes, so a look costs one call for a hundred secrets that changed since the last, whatever the account holds. The
first look compares nothing: what was judged before it nobody has noted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from nightlatch.domain.errors import Refused, Unavailable
from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.watching.signs import RULE, Place
from nightlatch.domain.watching.states import Change, ListedState, shown_by, span_to_compare

PATIENCE = timedelta(hours=1)  # with an event history that cannot be looked through


@dataclass(frozen=True, slots=True)
class Listed:
    """The secrets that changed after a moment, and some more."""

    states: tuple[ListedState, ...]
    is_whole: bool = True  # else there are more of them than were listed


class States(Protocol):
    """The list of secrets."""

    def changed_after(self, moment: datetime) -> Listed:
        """List the secrets that changed after a moment; raises Refused or Unavailable."""


class Seen(Protocol):
    """What was judged, by secret and time. All may raise Unavailable."""

    def unseen(self, changes: Sequence[Change]) -> Sequence[Change]:
        """Give those about whose time no change of their secret was judged."""

    def compared(self) -> datetime | None:
        """Give up to when states were compared; None before the first look."""

    def compare_from(self, moment: datetime) -> None:
        """Remember up to when states were compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePorts:
    """The world, as far as comparing states needs it."""

    place: Place
    states: States
    seen: Seen
    postpone: Callable[[SecretEvent, str, datetime], None]  # keep an event for a rule, as judging does with what waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What one look at the states came to."""

    unseen: tuple[Change, ...] = ()
    gaps: tuple[str, ...] = ()


def compare_states(ports: ComparePorts, now: datetime, *, is_whole: bool) -> Compared:
    """Look at what changed since the last look, and leave a sign for what no event told of.

    What could not be asked is a gap, and the next look begins where this one did.

    Args:
        ports: The world.
        now: When it is asked.
        is_whole: Whether the event history was looked through; else what it has may seem unseen, and is waited for.
    """
    try:
        before = ports.seen.compared()
        if before is None:
            ports.seen.compare_from(now)
            return Compared()
        if not is_whole and now - before < PATIENCE:
            return Compared(gaps=("secrets' states: not compared yet, for the event history was not looked through",))
        span = span_to_compare(before, now)
        if span is None:
            return Compared()
        listed = ports.states.changed_after(span.start)
        changes = [change for one in listed.states if (change := one.change_in(span)) is not None]
        unseen = tuple(ports.seen.unseen(changes))
        for sign in shown_by(unseen, ports.place, now):
            ports.postpone(sign, RULE, now)
        ports.seen.compare_from(span.end)
    except (Refused, Unavailable) as error:
        return Compared(gaps=(f"secrets' states: {error}",))
    more = () if listed.is_whole else ("secrets' states: more secrets changed than were looked at",)
    lost = (
        (f"secrets' states: before {span.start:%Y-%m-%d %H:%M} UTC too old, given up",) if span.start > before else ()
    )
    return Compared(unseen=unseen, gaps=(*more, *lost))
