"""What the operator chose for audits: whether one comes each day, where a posture begins to be a finding, and mutes."""

from __future__ import annotations

from dataclasses import dataclass, field

from nightlatch.domain.posture.comparing import HOUR
from nightlatch.domain.posture.findings import Mute
from nightlatch.domain.posture.terms import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditChoices:
    """The part `audit` of the policy."""

    is_daily: bool = True
    hour: int = HOUR  # UTC
    limits: Limits = field(default_factory=Limits)
    mutes: tuple[Mute, ...] = ()
