"""What is otherwise in audits when one policy follows another, in words: the schedule, limits, and what is muted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from nightlatch.domain.posture.choices import AuditChoices
from nightlatch.domain.posture.findings import Mute

_THE_MORE_THE_STRICTER = frozenset({"settled_days"})  # so long a change of a rotation function's code is news


def changed_audit(before: AuditChoices, after: AuditChoices) -> Iterator[tuple[str, bool]]:
    """Give each change in words, and whether it wants a second look: less is looked at, or less is told."""
    if before.is_daily is not after.is_daily:
        yield ("an audit comes each day", False) if after.is_daily else ("no audit comes by itself any more", True)
    if before.hour != after.hour:
        yield f"the daily audit begins at {after.hour}:00 UTC, began at {before.hour}:00", False
    for one in fields(before.limits):
        was, becomes = getattr(before.limits, one.name), getattr(after.limits, one.name)
        if was != becomes:
            is_looser = becomes < was if one.name in _THE_MORE_THE_STRICTER else becomes > was
            yield f"{one.name}: {becomes}, was {was}", is_looser
    had, has = (dict.fromkeys(map(_in_words, choices.mutes)) for choices in (before, after))
    yield from ((f"muted: {words}", True) for words in has if words not in had)
    yield from ((f"told again: {words}", False) for words in had if words not in has)


def _in_words(mute: Mute) -> str:
    until = f"until {mute.expires:%Y-%m-%d %H:%M} UTC ({mute.owner}: {mute.reason})"
    return f"{', '.join(mute.checks)} on {', '.join(mute.names)} {until}"
