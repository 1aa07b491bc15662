"""How quick nightlatch was: from what happened until people heard of it, and until it was put right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.incidents import Incident
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.judging.findings import Severity

OPENED = "opened"  # the mark under which is noted that an incident was counted
_RESTORING = frozenset(
    {
        ActionKind.RESTORE_DELETED,
        ActionKind.RESURRECT,
        ActionKind.ROLL_BACK,
        ActionKind.PUT_BACK,
        ActionKind.RESCUE_KEY,
        ActionKind.REPLICATE_AGAIN,
    }
)


@dataclass(frozen=True, slots=True)
class Opened:
    """An incident that people were told of for the first time, and how long after its first event."""

    severity: Severity
    after: timedelta


def opened(incident: Incident, now: datetime) -> Opened:
    """Measure an incident that was just told."""
    return Opened(incident.severity, max(now - incident.opened_at, timedelta(0)))


def restored_after(response: Response) -> timedelta | None:
    """Give how long it took from the order or offer until what was lost was back; None where nothing was put back."""
    if response.state is not ResponseState.SUCCEEDED or response.action.kind not in _RESTORING or not response.steps:
        return None
    return max(response.steps[-1].at - response.proposed_at, timedelta(0))
