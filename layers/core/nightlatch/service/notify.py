"""Shows an incident as it stands now, on every channel, once per change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.answering.speed import OPENED, Opened, opened
from nightlatch.domain.errors import Unavailable, Unreadable
from nightlatch.service.change_notes import ChangeNotes
from nightlatch.service.ports import Incidents, Ledger, MessageChannel, Notice, Notices
from nightlatch.service.storms import NAMED, StormPorts, holds
from nightlatch.service.telling import Picture, tell
from nightlatch.service.telling_ports import Pace, Told, pace_of

MOST_LOOKS = 3  # after an incident was shown: whether it has changed meanwhile
Outcome = tuple[str, bool, str]
"""A channel's name, whether it showed the incident now, and why it could not, if it could not."""
Each = Callable[[Callable[[MessageChannel], Outcome], Iterable[MessageChannel]], Iterable[Outcome]]


@dataclass(frozen=True, slots=True)
class NotifyPorts:
    """What telling needs."""

    incidents: Incidents
    ledger: Ledger
    notices: Notices
    channels: Sequence[MessageChannel]
    changed: ChangeNotes | None = None  # what messages say of changed values
    routed: Callable[[Incident], Sequence[MessageChannel]] | None = None  # who hears of an incident; else everybody
    told: Told | None = None  # what each channel has told; without it every change is sent to everybody
    storms: StormPorts | None = None  # what is told in one summary until it is calm
    opened: Callable[[Opened], None] | None = None  # hears of each incident that is told for the first time
    each: Each = map  # how channels are told: one after another, or all at once


def notify(notice: Notice, *, ports: NotifyPorts, now: datetime) -> tuple[str, ...]:
    """Show an incident on each channel; give the names of the channels that showed it.

    A channel that is down does not keep the others from telling, and one that is slow does not where they are told at
    once; the notice comes again for it alone, because each channel claims the notice by itself.

    Raises:
        Unavailable: A channel could not show it; the others did.
    """
    picture = _picture(notice, ports, now)

    def told_on(channel: MessageChannel) -> Outcome:
        own_notice = Notice(notice.incident_id, f"{channel.name}-{notice.mark}")
        return _tried(channel, lambda: _show(own_notice, picture, channel, ports))

    channels = ports.channels if ports.routed is None else ports.routed(picture.incident)
    outcomes = list(ports.each(told_on, channels))
    shown = [one for one, (_, is_told, _) in zip(channels, outcomes, strict=True) if is_told]
    if shown:
        _count_opening(picture, ports)
    failures = [
        f"{name}: {why}" for name, _, why in (*outcomes, *_brought_up_to_date(shown, notice, picture, ports)) if why
    ]
    if failures:
        raise Unavailable(f"incident {notice.incident_id} was not shown on {'; '.join(failures)}")
    return tuple(channel.name for channel in shown)


def _count_opening(picture: Picture, ports: NotifyPorts) -> None:
    """Measure an incident when the first channel has shown it, whichever of its notices that was for."""
    once = Notice(picture.incident.id, OPENED)
    with suppress(Unavailable):  # another process counts it now
        if ports.opened is not None and ports.notices.claim(once, picture.now):
            ports.opened(opened(picture.incident, picture.now))
            ports.notices.shown(once)


def _tried(channel: MessageChannel, show: Callable[[], bool]) -> Outcome:
    try:
        return channel.name, show(), ""
    except Unavailable as failure:
        return channel.name, False, str(failure)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others tell; its text may hold anything
        return channel.name, False, f"an error of nightlatch itself ({type(error).__name__})"


def _brought_up_to_date(
    shown: Sequence[MessageChannel], notice: Notice, picture: Picture, ports: NotifyPorts
) -> Iterator[Outcome]:
    """Show anew what has changed since it was looked at.

    Whoever tells of the change may have been quicker, and an older picture must not be what stands there in the end.
    """
    for _ in range(MOST_LOOKS if shown else 0):
        before, picture = picture, _picture(notice, ports, picture.now)
        if picture.state == before.state:
            return
        yield from ports.each(partial(_shown_again, picture=picture, ports=ports), shown)


def _shown_again(channel: MessageChannel, *, picture: Picture, ports: NotifyPorts) -> Outcome:
    incident_id = picture.incident.id

    def show() -> bool:
        place = ports.notices.thread(incident_id, channel.name)
        tell(
            channel,
            picture,
            place,
            told=ports.told,
            posted=lambda at: ports.notices.remember(incident_id, channel.name, at) if at != place else None,
        )
        return True

    return _tried(channel, show)


def _picture(notice: Notice, ports: NotifyPorts, now: datetime) -> Picture:
    incident = ports.incidents.get(notice.incident_id)
    responses, unread = _responses(incident, ports.ledger)
    notes = ports.changed.of(incident, responses) if ports.changed is not None else ()
    is_named = notice.mark.startswith(NAMED)
    return Picture(incident=incident, responses=responses, notes=(*notes, *unread), now=now, is_named=is_named)


def _responses(incident: Incident, ledger: Ledger) -> tuple[list[Response], list[str]]:
    """Give what was offered and done, and what each of it led to, each once and in this order; and what to say of it.

    One that cannot be read is named in a note: it must not keep people from hearing of the incident.
    """
    unread: list[str] = []
    own = list(_read(incident.responses, ledger, unread))
    later = dict.fromkeys(other for response in own for other in response.led_to if other not in incident.responses)
    return [*own, *_read(later, ledger, unread)], unread


def _read(ids: Iterable[str], ledger: Ledger, unread: list[str]) -> Iterator[Response]:
    for response_id in ids:
        try:
            yield ledger.get(response_id)
        except Unreadable:
            unread.append(f"response {response_id} cannot be read in the ledger; look by hand at what it was about")


def _show(notice: Notice, picture: Picture, channel: MessageChannel, ports: NotifyPorts) -> bool:
    """Show an incident on one channel, unless that was done; two notices of an incident make one message."""
    incident_id, notices = picture.incident.id, ports.notices
    place = notices.thread(incident_id, channel.name)
    is_free = place is not None

    def posted(at: str | None) -> None:
        nonlocal is_free
        if place is None or at not in {None, place}:
            notices.remember(incident_id, channel.name, at)
        is_free = True

    try:
        if place is None and _is_held(picture, channel, ports):
            return False  # not claimed: whatever comes of the storm, the incident is told when it is over
        if not notices.claim(notice, picture.now):
            return False
        tell(channel, picture, place, told=ports.told, posted=posted)
    finally:
        if not is_free:  # nothing was posted: somebody else may
            notices.remember(incident_id, channel.name, None)
    notices.shown(notice)
    return True


def _is_held(picture: Picture, channel: MessageChannel, ports: NotifyPorts) -> bool:
    """Tell whether people hear of an incident in a storm's summary; machines are sent each."""
    if ports.storms is None or pace_of(channel) is Pace.EVERY_CHANGE:
        return False
    return holds(picture.incident, ports.storms.storms, ports.storms.held_back)
