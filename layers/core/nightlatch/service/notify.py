"""Shows an incident as it stands now, on every channel, once per change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.errors import Unavailable
from nightlatch.service.ports import Incidents, Ledger, MessageChannel, Notice, Notices


@dataclass(frozen=True, slots=True)
class NotifyPorts:
    """What telling needs."""

    incidents: Incidents
    ledger: Ledger
    notices: Notices
    channels: Sequence[MessageChannel]


def notify(notice: Notice, *, ports: NotifyPorts, now: datetime) -> tuple[str, ...]:
    """Show an incident on each channel; give the names of the channels that showed it.

    A channel that is down does not keep the others from telling; the notice comes again for it alone,
    because each channel claims the notice by itself.

    Raises:
        Unavailable: A channel could not show it; the others did.
    """
    incident = ports.incidents.get(notice.incident_id)
    responses = [ports.ledger.get(response_id) for response_id in incident.responses]
    told: list[str] = []
    failures: list[str] = []
    for channel in ports.channels:
        own_notice = Notice(notice.incident_id, f"{channel.name}-{notice.mark}")
        try:
            if not ports.notices.claim(own_notice, now):
                continue
            place = ports.notices.thread(incident.id, channel.name)
            shown_at = channel.show(incident, responses, place)
            if shown_at is not None and shown_at != place:
                ports.notices.remember(incident.id, channel.name, shown_at)
            ports.notices.shown(own_notice)
            told.append(channel.name)
        except Unavailable as failure:
            failures.append(f"{channel.name}: {failure}")
    if failures:
        raise Unavailable(f"incident {incident.id} was not shown on {'; '.join(failures)}")
    return tuple(told)
