"""Tells one channel of an incident as it stands: the message itself, then what is news, then details, each once.

A channel that edits has its message brought up to date at each change, and nobody hears of that; news is told aloud
beside it. A channel that cannot edit is only sent what is news. While an incident sleeps, nobody is told anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from nightlatch.domain.answering.details import details_of
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.news import News, news_of
from nightlatch.domain.answering.responses import Response
from nightlatch.service.ports import MessageChannel
from nightlatch.service.telling_ports import Pace, Thread, Told, pace_of

NAMED_IN_A_SUMMARY = "named"  # stands where a channel that cannot edit remembers that it has told an incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An incident as it stands, with what was done and what is known of the change."""

    incident: Incident
    responses: Sequence[Response]
    notes: Sequence[str]
    now: datetime
    is_named: bool = False  # the last summary of a storm has told it: no mail of its own

    @property
    def state(self) -> object:
        """What makes it another picture."""
        return self.incident.revision, [(one.id, one.state, len(one.steps)) for one in self.responses]

    @property
    def news(self) -> tuple[News, ...]:
        """All that people must hear of it, told or not."""
        return news_of(self.incident, self.responses, self.now)


def tell(
    channel: MessageChannel,
    picture: Picture,
    place: str | None,
    *,
    told: Told | None,
    posted: Callable[[str | None], None],
) -> None:
    """Bring a channel up to date.

    Args:
        channel: The way to people or machines.
        picture: What to tell.
        place: Where the channel holds the incident's message, None where it holds none.
        told: What was told before; without it each change is shown.
        posted: Is given where the message is now, before anything else is told.

    Raises:
        Unavailable: The channel did not take it; what it took is remembered.
    """
    pace = pace_of(channel) if told is not None else Pace.EVERY_CHANGE
    if told is None or pace is Pace.EVERY_CHANGE:
        posted(_show(channel, picture, place))
    elif pace is Pace.NEWS:
        _send_news(channel, picture, place, told, posted)
    else:
        at = _show(channel, picture, place)
        posted(at)
        if at is not None and isinstance(channel, Thread):
            _talk(channel, told, picture, at, name=channel.name, is_new=place is None)


def _show(channel: MessageChannel, picture: Picture, place: str | None) -> str | None:
    return channel.show(picture.incident, picture.responses, place, picture.notes)


def _send_news(
    channel: MessageChannel, picture: Picture, place: str | None, told: Told, posted: Callable[[str | None], None]
) -> None:
    """Send an incident again only where there is news in it."""
    marks = {one.mark for one in picture.news}
    if marks <= told.of(picture.incident.id, channel.name):
        posted(place)
        return
    known = told.take(picture.incident.id, channel.name)
    sent: set[str] = set()
    try:
        if picture.is_named and place is None:
            posted(NAMED_IN_A_SUMMARY)
            sent = marks
        elif marks - known:
            posted(_show(channel, picture, place))
            sent = marks
    finally:
        told.keep(picture.incident.id, channel.name, sent)


def _talk(  # noqa: PLR0913 - whom, what was told, what to tell, and where
    thread: Thread, told: Told, picture: Picture, at: str, *, name: str, is_new: bool
) -> None:
    """Tell news and details beside the message, each once; a message that was just posted has told the news itself."""
    incident = picture.incident
    details = {mark_of(line): line for line in details_of(incident, picture.responses)}
    news = {one.mark: one.text for one in picture.news}
    if {*news, *details} <= told.of(incident.id, name):
        return
    known = told.take(incident.id, name)
    said: set[str] = set()
    try:
        fresh = [text for mark, text in news.items() if mark not in known]
        if fresh and not is_new:
            thread.reply(at, fresh, lead=f"{incident.severity}: {incident.lead.title}")
        said.update(news)
        left = [(mark, line) for mark, line in details.items() if mark not in known]
        while left:
            taken = thread.reply(at, [line for _, line in left])
            said.update(mark for mark, _ in left[:taken])
            left = left[taken:]
    finally:
        told.keep(incident.id, name, said)


def mark_of(line: str) -> str:
    """Give the mark of a detail: the same for the same line."""
    return f"line-{sha256(line.encode(errors='replace')).hexdigest()[:16]}"
