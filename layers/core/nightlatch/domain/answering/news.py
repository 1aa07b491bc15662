"""Where an incident stands, and what of it is news that people must hear; the rest only brings its message up to date.

Both follow from what was found and done alone. Each piece of news has a mark that never changes, so that a channel can
tell it once, however often and by whomever it is asked. A hundred acts of one kind are not a hundred pieces of news.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.incidents import Incident, is_settled
from nightlatch.domain.answering.responses import Response, ResponseState, Signal, awaiting

_OVER = {ResponseState.SUCCEEDED: "done", ResponseState.FAILED: "failed"}
_STEPS = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1_000)
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
    kinds = dict.fromkeys(one.action.kind for one in responses)
    for kind in kinds:
        alike = [one for one in responses if one.action.kind is kind]
        yield from _ended(kind, alike)
        yield from _offered(kind, alike, awaiting(responses))
    if is_settled(incident, responses):
        answered = sum(one.state in {ResponseState.SUCCEEDED, ResponseState.DENIED} for one in responses)
        yield News(f"resolved-{len(incident.findings)}-{answered}", "Resolved: nothing is left to decide")


def _ended(kind: ActionKind, alike: Sequence[Response]) -> Iterator[News]:
    for state, word in _OVER.items():
        ended = [one for one in alike if one.state is state]
        if ended:
            said = ended[-1].result or f"{kind}: {state}"
            yield News(
                f"{word}-{kind}-{_step(len(ended))}", said if len(ended) == 1 else f"{len(ended)} {word}: {said}"
            )


def _offered(kind: ActionKind, alike: Sequence[Response], waiting: Sequence[Response]) -> Iterator[News]:
    asked = [one for one in alike if one in waiting]
    if not asked:
        return
    latest = asked[-1]
    what = f"{kind} of {latest.action.name} ({latest.id})"
    ever = sum(not one.is_by_policy for one in alike)
    others = f" and {len(asked) - 1} more wait" if len(asked) > 1 else " waits"
    yield News(f"offer-{kind}-{_step(ever)}", f"{what}{others} for a person")
    held = [one for one in asked if one.waits_because]
    if held:
        taken_back = sum(step.signal in _TAKEN_BACK for one in alike for step in one.steps)
        yield News(f"held-{kind}-{_step(taken_back)}", f"{what} waits for a person: {held[-1].waits_because}")


def _step(count: int) -> int:
    """Thin out what comes by the hundred: the first three are news each, then ever fewer."""
    return max(step for step in _STEPS if step <= max(count, 1))
