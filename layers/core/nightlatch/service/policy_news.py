"""Tells people of a stored policy that is refused: in silence they would believe that it counts."""

from __future__ import annotations

from nightlatch.domain.answering.policy_notes import RefusedPolicy
from nightlatch.service.ports import Dispatch, Incidents, Notice


def tell_refused(refused: RefusedPolicy, *, incidents: Incidents, dispatch: Dispatch) -> None:
    """Open an incident about it; telling it again, each minute, says nothing new.

    Raises:
        Unavailable: The incidents or the queue could not be asked; the next tick tells it.
    """
    incident, _ = incidents.fold(refused.finding, policy_digest=refused.in_force or "none")
    dispatch.alert(Notice(incident.id, f"revision-{incident.revision}"))
