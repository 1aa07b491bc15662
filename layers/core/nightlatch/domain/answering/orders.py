"""One thing that nightlatch shall do, or offer to do, and because of whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nightlatch.domain.answering.actions import Action
from nightlatch.domain.event.principals import Principal, PrincipalKind, short_name
from nightlatch.domain.judging.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Respond:
    """Do something, or offer to: `automatic` acts begin approved, the others wait for a person."""

    action: Action
    cause: str  # event id, or the version id that a pin is about
    automatic: bool
    reason: str
    finding: Finding | None = None
    per_incident: bool = False  # offered once for all that the principal does in an incident
    by: Principal | None = None  # who did what it takes back, where no finding says so
    happened_at: datetime | None = None  # when it happened what it takes back; others may wish the same back

    @property
    def caused_by(self) -> Principal | None:
        """Who did what the act takes back; None for a pin, which takes nothing back."""
        if self.finding is None:
            return self.by
        if self.per_incident:
            return self.finding.principal
        by = self.finding.undoes.by if self.finding.undoes else None
        if by is None:
            return self.finding.principal
        return Principal(key=by, kind=PrincipalKind.UNKNOWN, name=short_name(by))
