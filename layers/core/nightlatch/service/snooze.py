"""Lets people be left alone with an incident for a while, and wakes it when the time is over.

Whoever acted in an incident may not silence it, and only an approver may: a message that nobody sees is what a thief
wants most.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.policy import Approver
from nightlatch.domain.answering.snoozes import LONGEST_SNOOZE, Snooze
from nightlatch.domain.errors import IllegalTransition, Unauthorised
from nightlatch.service.ports import Dispatch, Incidents, Notice
from nightlatch.service.telling_ports import Sleepers


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozePorts:
    """What a snooze needs."""

    incidents: Incidents
    sleepers: Sleepers
    dispatch: Dispatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What somebody asks for."""

    lasting: timedelta  # none ends the snooze that stands
    reason: str
    number: int | None = None  # which snooze of the incident it would be, as the message said; None for the next


def snooze(  # noqa: PLR0913 - what, who, how they are known, and the world
    incident_id: str, rest: Rest, *, approver: Approver, how: str, ports: SnoozePorts, now: datetime
) -> Incident:
    """Put an incident to sleep, or wake it.

    Raises:
        NotFound: There is no such incident.
        Unauthorised: They acted in it.
        IllegalTransition: It lasts too long, or somebody has snoozed it meanwhile.
        Unavailable: The table or the queue could not be asked; try again.
    """
    incident = ports.incidents.get(incident_id)
    refuse_those_who_acted(incident, approver)
    if rest.lasting > LONGEST_SNOOZE:
        raise IllegalTransition(
            f"a snooze lasts {LONGEST_SNOOZE.days} days at most; longer is an exemption of the policy"
        )
    wanted = Snooze(
        number=rest.number or incident.snoozes + 1,
        by=approver.title,
        how=how,
        reason=rest.reason,
        at=now,
        until=(now + rest.lasting).replace(microsecond=0),  # a tick knows whole seconds
        severity=incident.severity,
        extent=incident.extent,
    )
    asleep = ports.sleepers.put_to_sleep(incident_id, wanted)
    ports.dispatch.alert(Notice(incident_id, f"snooze-{wanted.number}"))
    return asleep


def refuse_those_who_acted(incident: Incident, approver: Approver) -> None:
    """Keep whoever acted in an incident from deciding what others hear of it.

    Raises:
        Unauthorised: They did.
    """
    if any(approver.is_also(finding.principal) for finding in incident.findings):
        raise Unauthorised(f"{approver.name} acted in this incident and may not decide about it; ask another approver")


def wake(ports: SnoozePorts, now: datetime) -> tuple[str, ...]:
    """Have the incidents told whose snooze has run out; give them.

    Raises:
        Unavailable: The table or the queue could not be asked; the next tick does the rest.
    """
    woken = ports.sleepers.woken(now)
    for incident_id, until in woken:
        ports.dispatch.alert(Notice(incident_id, f"awake-{until:%Y%m%dT%H%M%S}"))
        ports.sleepers.told_awake(incident_id, until)  # last: a crash before it tells twice, and a notice is shown once
    return tuple(incident_id for incident_id, _ in woken)
