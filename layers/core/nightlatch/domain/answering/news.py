"""Where an incident stands, and what of it is news that people must hear; the rest only brings its message up to date.

Both follow from what was found and done alone. Each piece of news has a mark that never changes, so that a channel can
tell it once, however often and by whomever it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nightlatch.domain.answering.incidents import Incident, is_settled
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, awaiting

_OVER = {ResponseState.SUCCEEDED: "done", ResponseState.FAILED: "failed"}
_TAKEN_BACK = frozenset({Signal.HOLD, Signal.ASK})


class Life(StrEnum):
    """Where an incident stands."""

    OPENED = "opened"
    UPDATED = "updated"  # more was found than what it began with
    ACTED = "acted"  # something was done about it, or tried
    RESOLVED = "resolved"  # nothing is left to decide
    SNOOZED = "snoozed"


@dataclass(frozen=True, slots=True)
class News:
    """Something that people must hear of an incident, in one sentence."""

    mark: str
    text: str


def life_of(incident: Incident, responses: Sequence[Response], now: datetime) -> Life:
    """Say where an incident stands."""
    if is_settled(incident, responses):
        return Life.RESOLVED
    if incident.is_asleep(now):
        return Life.SNOOZED
    if any(response.state in _OVER or response.state is ResponseState.RUNNING for response in responses):
        return Life.ACTED
    has_more = len(incident.findings) > 1 or incident.notes or incident.last_seen > incident.findings[0].last_seen
    return Life.UPDATED if has_more else Life.OPENED


def news_of(incident: Incident, responses: Sequence[Response], now: datetime) -> tuple[News, ...]:
    """Give all the news of an incident, told or not; none while it sleeps."""
    return () if incident.is_asleep(now) else tuple(_news(incident, responses))


def _news(incident: Incident, responses: Sequence[Response]) -> Iterator[News]:
    yield News("opened", incident.lead.title)
    yield News(f"severity-{incident.severity}", f"It is {incident.severity} now: {incident.lead.title}")
    if incident.snooze is not None:
        yield News(f"woken-{incident.snooze.number}", f"Awake again; {incident.snooze.by} had snoozed it")
    for one in responses:
        if one.state in _OVER:
            yield News(f"{_OVER[one.state]}-{one.id}", one.result or f"{one.action.kind}: {one.state}")
    for one in awaiting(responses):
        what = f"{one.action.kind} of {one.action.name} ({one.id}) waits for a person"
        why = f": {one.waits_because}" if one.waits_because else ""
        yield News(f"offer-{one.id}-{_times_taken_back(one)}", f"{what}{why}")
    if is_settled(incident, responses):
        answered = sum(one.state in {ResponseState.SUCCEEDED, ResponseState.DENIED} for one in responses)
        yield News(f"resolved-{len(incident.findings)}-{answered}", "Resolved: nothing is left to decide")


def _times_taken_back(response: Response) -> int:
    """Count how often a yes was taken back: each time a person is asked anew."""
    return sum(step.signal in _TAKEN_BACK for step in response.steps)
