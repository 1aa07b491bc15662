"""Takes somebody's word that what was found was theirs: it is declared, and the incident says so.

An approver vouches, never whoever acted: a thief would be the first to say that all is well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nightlatch.domain.answering.choices import undeclared
from nightlatch.domain.answering.declarations import LONGEST_DECLARATION, Declaration, declare
from nightlatch.domain.answering.incidents import vouch
from nightlatch.domain.answering.policy import Approver
from nightlatch.domain.errors import IllegalTransition
from nightlatch.service.ports import Dispatch, Incidents, Notice
from nightlatch.service.snooze import refuse_those_who_acted
from nightlatch.service.telling_ports import Changing, Declarations


@dataclass(frozen=True, slots=True, kw_only=True)
class VouchPorts:
    """What a word needs."""

    incidents: Incidents
    changing: Changing
    declarations: Declarations
    dispatch: Dispatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """What somebody says."""

    lasting: timedelta
    reason: str
    number: int | None = None  # how much of the incident was declared before, as the message said; None for as it is


def vouch_for(  # noqa: PLR0913 - what, who, how they are known, and the world
    incident_id: str, said: Vouched, *, approver: Approver, how: str, ports: VouchPorts, now: datetime
) -> Sequence[Declaration]:
    """Declare what was found in an incident, as far as it may be; give what was declared.

    Raises:
        NotFound: There is no such incident.
        Unauthorised: They acted in it.
        IllegalTransition: Nothing of it may be declared, somebody did so meanwhile, or it lasts too long.
        Unavailable: A table or the queue could not be asked; try again.
    """
    incident = ports.incidents.get(incident_id)
    refuse_those_who_acted(incident, approver)
    if said.lasting > LONGEST_DECLARATION:
        days = LONGEST_DECLARATION.days
        raise IllegalTransition(f"a declaration lasts {days} days at most; longer is a known actor of the policy")
    number = len(incident.ours) if said.number is None else said.number
    if number != len(incident.ours):
        raise IllegalTransition(f"incident {incident.id} was declared by somebody meanwhile; look at it again")
    until = (now + said.lasting).replace(microsecond=0)
    made = [
        declare(incident.findings[index], number, by=approver.title, how=how, reason=said.reason, until=until)
        for index in undeclared(incident)
    ]
    if not made:
        raise IllegalTransition(f"nothing of incident {incident.id} may be declared so; an exemption of the policy may")
    for declaration in made:  # first: after a crash it holds, and whoever says it again is told so
        ports.declarations.declare(declaration)
    ports.changing.change(incident_id, lambda one: vouch(one, made, number))
    ports.dispatch.alert(Notice(incident_id, f"ours-{made[0].id}"))
    return made
