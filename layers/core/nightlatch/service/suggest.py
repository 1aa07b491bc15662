"""Proposes parts of a policy from logs: known actors, exemptions for what would be told most often, and crown jewels.

    read ──┬─> hunt: what would have been told ──┬─> known actors ──> exemptions, of what actors leave
           └─> usage: who does what, how often ──┘                └─> crown jewels

It proposes little rather than much, for whatever an operator takes over unread is silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.judging.findings import State
from nightlatch.domain.judging.rules import Detection
from nightlatch.service.crown_jewels import crown_jewels
from nightlatch.service.hunt import hunt
from nightlatch.service.intake import Item, take_in
from nightlatch.service.known_actors import known_actors, quiets
from nightlatch.service.pipeline import Ports
from nightlatch.service.routine_findings import routine_findings
from nightlatch.service.suggestions import Suggestions
from nightlatch.service.usage import usage_of

LASTS = timedelta(days=90)  # what is suggested, from the last record on: until then somebody looks again

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def suggest(
    items: Sequence[Item], *, rules: Sequence[Detection], ports: Ports, history: Sequence[Item] | None = None
) -> Suggestions:
    """Propose from what was read; history teaches the rules, and counts as use.

    Raises:
        Unavailable: The baselines could not be asked (never with those in memory).
    """
    report = hunt(items, rules=rules, policy=Policy(), ports=ports, history=history)
    told = [finding for finding in report.findings if finding.state is State.OPEN]
    events = {event.event_id: event for some in (history or (), items) for event in take_in(some)[0]}.values()
    usage = usage_of(events)
    times = [event.at for event in events] or [_LONG_AGO]
    until = datetime.combine(max(times).date(), time(), UTC) + LASTS
    actors = known_actors(usage, told, until)
    left = [finding for finding in told if not any(quiets(actor, finding, until) for actor in actors)]
    exemptions, stay = routine_findings(left, until)
    return Suggestions(
        actors=actors,
        tiers=crown_jewels(usage, left),
        exemptions=exemptions,
        stay=stay,
        expires=until.date(),
        first_record=min(times),
        last_record=max(times),
        judged=report.judged,
        learnt=report.learnt,
    )
