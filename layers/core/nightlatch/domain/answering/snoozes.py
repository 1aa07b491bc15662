"""When people asked to be left alone with an incident: who, why and until when; it wakes when it gets worse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nightlatch.domain.judging.findings import Severity

LONGEST_SNOOZE = timedelta(days=7)  # longer is an exemption, which the policy holds with an owner
SPANS = {"1h": timedelta(hours=1), "24h": timedelta(hours=24), "7d": timedelta(days=7)}  # what a message offers


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """Nobody hears of an incident for a while; it is folded and its message edited as before."""

    number: int  # the first of an incident is 1
    by: str
    how: str  # how they were known: "Slack's signature", an AWS ARN
    reason: str
    at: datetime
    until: datetime
    severity: Severity  # of the incident when it was asked for
    extent: int | None = None  # of the incident then; unknown of old ones

    def covers(self, now: datetime, severity: Severity, extent: int) -> bool:
        """Tell whether it still holds: its time is not over, and the incident is no worse than it was.

        What is CRITICAL cannot rise, so there it is worse when more was found or more secrets were hit.
        """
        has_grown = severity is Severity.CRITICAL and self.extent is not None and extent > self.extent
        return now < self.until and severity.rank <= self.severity.rank and not has_grown
