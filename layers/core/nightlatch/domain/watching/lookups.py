"""Under which names CloudTrail's event history is asked for the changes that must not be missed.

LookupEvents takes one attribute, and the name of an event exactly. Lambda writes the date of its API behind its names,
so what a rule reads by its beginning is asked for under the names that records show.

Source: CloudTrail API reference, LookupEvents; design facts A19 (names in real records; the others are believed, and a
name that CloudTrail does not know finds nothing).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from nightlatch.domain.event.calls import READ_PREFIXES
from nightlatch.domain.event.events import KMS, LABEL_UPDATED, NIGHTLATCH, EventName, SecretEvent

SETTLED = timedelta(minutes=5)  # what is younger may still be on its usual way
OVERLAP = timedelta(minutes=30)  # the event history is late, too
LONGEST = timedelta(hours=24)
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


def is_watched(event: SecretEvent, wanted: Iterable[EventName]) -> bool:
    """Tell whether an event that was found is one that should have come: names collide across services."""
    return any(name.covers(event) for name in wanted)
