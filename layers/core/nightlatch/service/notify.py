"""Shows an incident as it stands now, on every channel, once per change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.errors import Unavailable, Unreadable
from nightlatch.service.change_notes import ChangeNotes
from nightlatch.service.ports import Incidents, Ledger, MessageChannel, Notice, Notices


@dataclass(frozen=True, slots=True)
class NotifyPorts:
    """What telling needs."""

    incidents: Incidents
    ledger: Ledger
    notices: Notices
    channels: Sequence[MessageChannel]
    changed: ChangeNotes | None = None  # what messages say of changed values
    routed: Callable[[Incident], Sequence[MessageChannel]] | None = None  # who hears of an incident; else everybody


def notify(notice: Notice, *, ports: NotifyPorts, now: datetime) -> tuple[str, ...]:
    """Show an incident on each channel; give the names of the channels that showed it.

    A channel that is down does not keep the others from telling; the notice comes again for it alone,
    because each channel claims the notice by itself.

    Raises:
        Unavailable: A channel could not show it; the others did.
    """
    incident = ports.incidents.get(notice.incident_id)
    responses, unread = _responses(incident, ports.ledger)
    notes = ports.changed.of(incident, responses) if ports.changed is not None else ()
    notes = (*notes, *unread)
    told: list[str] = []
    failures: list[str] = []
    for channel in ports.channels if ports.routed is None else ports.routed(incident):
        own_notice = Notice(notice.incident_id, f"{channel.name}-{notice.mark}")
        try:
            if _show(own_notice, incident, responses, notes, channel, ports.notices, now):
                told.append(channel.name)
        except Unavailable as failure:
            failures.append(f"{channel.name}: {failure}")
    if failures:
        raise Unavailable(f"incident {incident.id} was not shown on {'; '.join(failures)}")
    return tuple(told)


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


def _show(  # noqa: PLR0913, PLR0917 - what is shown, where and when
    notice: Notice,
    incident: Incident,
    responses: Sequence[Response],
    notes: Sequence[str],
    channel: MessageChannel,
    notices: Notices,
    now: datetime,
) -> bool:
    """Show an incident on one channel, unless that was done; two notices of an incident make one message."""
    place = notices.thread(incident.id, channel.name)
    shown_at = place
    try:
        if not notices.claim(notice, now):
            return False
        shown_at = channel.show(incident, responses, place, notes)
    finally:
        if place is None or shown_at not in {None, place}:
            notices.remember(incident.id, channel.name, shown_at)
    notices.shown(notice)
    return True
