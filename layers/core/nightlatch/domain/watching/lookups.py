"""Under which names CloudTrail's event history is asked for the changes that must not be missed.

LookupEvents takes one attribute, and the name of an event exactly. Lambda writes the date of its API behind its names,
so what a rule reads by its beginning is asked for under the names that records show.

It answers newest first, fifty events at a time, so a name under which more happens than there is time for leaves its
older part. How far each name was looked at is kept by itself: a busy one holds no other up, and nothing is skipped.

Source: CloudTrail API reference, LookupEvents; design facts A19 (names in real records; the others are believed, and a
name that CloudTrail does not know finds nothing).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightlatch.domain.event.calls import READ_PREFIXES
from nightlatch.domain.event.events import KMS, LABEL_UPDATED, NIGHTLATCH, EventName, SecretEvent

SETTLED = timedelta(minutes=5)  # what is younger may still be on its usual way
OVERLAP = timedelta(minutes=30)  # the event history is late, too
LONGEST = timedelta(hours=24)  # what is older is given up, and told
SECOND = timedelta(seconds=1)  # as exactly as CloudTrail tells the time
_DATED = {
    "AddPermission": "AddPermission20150331v2",
    "DeleteAlias": "DeleteAlias20150331",
    "DeleteEventSourceMapping": "DeleteEventSourceMapping20150331",
    "DeleteFunction": "DeleteFunction20150331",
    "PutFunctionConcurrency": "PutFunctionConcurrency20171031",
    "PutFunctionEventInvokeConfig": "PutFunctionEventInvokeConfig",
    "RemovePermission": "RemovePermission20150331v2",
    "UpdateAlias": "UpdateAlias20150331",
    "UpdateEventSourceMapping": "UpdateEventSourceMapping20150331",
    "UpdateFunctionCode": "UpdateFunctionCode20150331v2",
    "UpdateFunctionConfiguration": "UpdateFunctionConfiguration20150331v2",
    "UpdateFunctionEventInvokeConfig": "UpdateFunctionEventInvokeConfig",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A time to look through, both ends included."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a name was looked at: all that happened up to `until`, but for what is left of it."""

    until: datetime
    asked: datetime  # when the last look asked for it; whoever waits longest is next
    left: Span | None = None  # the older part of a look that was cut

    def is_done(self, at: datetime) -> bool:
        """Tell whether a look that began then has nothing more to ask."""
        return self.left is None and self.until >= at - SETTLED


def is_change(event: EventName) -> bool:
    """Tell whether events of a name are changes that CloudTrail's history has."""
    is_read = event.name.startswith(READ_PREFIXES) or (event.source, event.name) == (KMS, "Decrypt")
    return event.source != NIGHTLATCH and event.name != LABEL_UPDATED and not is_read


def names_to_ask(events: Iterable[EventName]) -> tuple[str, ...]:
    """Give the names to look up, each once, those of Secrets Manager and CloudTrail first."""
    wanted = sorted((event for event in events if is_change(event)), key=_urgency)
    return tuple(dict.fromkeys(_DATED.get(one.name, one.name) if one.is_prefix else one.name for one in wanted))


def _urgency(event: EventName) -> tuple[bool, str, str]:
    return not event.source.startswith(("secretsmanager", "cloudtrail", "events")), event.source, event.name


def span_to_ask(before: datetime | None, now: datetime) -> Span:
    """Give the time to look through: from where the last look ended, with an overlap, to what has settled.

    Args:
        before: Where the last look ended; None for the first.
        now: When it is asked.
    """
    end = now - SETTLED
    start = end - OVERLAP if before is None else min(before, end) - OVERLAP
    return Span(max(start, now - LONGEST), end)


def opened(before: Progress | None, at: datetime) -> tuple[Progress, Span, Span | None]:
    """Go on where a name was left, or begin what is new of it.

    Args:
        before: How far it was looked at; None for the first look.
        at: When this look began.

    Returns:
        The progress with something left to look at, what that is, and what is given up because it is too old.
    """
    oldest, given_up = at - LONGEST, None
    if before is not None and before.left is not None:
        left = before.left
        given_up = Span(left.start, min(left.end, oldest)) if left.start < oldest else None
        if left.end > oldest:
            left = Span(max(left.start, oldest), left.end)
            return replace(before, asked=at, left=left), left, given_up
    elif before is not None and before.until < oldest:
        given_up = Span(before.until, oldest)
    left = span_to_ask(None if before is None else before.until, at)
    return Progress(until=left.end, asked=at, left=left), left, given_up


def looked_until(progress: Mapping[str, Progress], names: Iterable[str]) -> datetime | None:
    """Give up to when all of some names were looked at, None where one of them never was.

    What is left of a name begins with an overlap that an earlier look has seen.
    """
    reached = []
    for name in names:
        if name not in progress:
            return None
        left = progress[name].left
        reached.append(progress[name].until if left is None else min(left.start + OVERLAP, left.end))
    return min(reached, default=None)


def went_back(progress: Progress, to: datetime | None) -> Progress:
    """Note what was looked at, newest first: back to a moment, which is asked for again; None for all of it."""
    if progress.left is None or to is None or to < progress.left.start:
        return replace(progress, left=None)
    return replace(progress, left=Span(progress.left.start, min(to, progress.left.end)))


def is_watched(event: SecretEvent, wanted: Iterable[EventName]) -> bool:
    """Tell whether an event that was found is one that should have come: names collide across services."""
    return any(name.covers(event) for name in wanted)
