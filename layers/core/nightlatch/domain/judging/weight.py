"""How bad something is for a secret of this tier: one severity worse for a crown jewel, milder for a temporary one.

Source: design detections, shared rules; ruling 9 (a tier changes the severity, the mode alone what is done).
"""

from __future__ import annotations

from nightlatch.domain.account.tiers import Tier
from nightlatch.domain.judging.findings import Severity


def weighed(severity: Severity, tier: Tier) -> Severity:
    """Give the severity of something for a secret of this tier."""
    match tier:
        case Tier.CROWN:
            return severity.raised()
        case Tier.TEMP:
            return severity.lowered()
        case Tier.STANDARD:
            return severity
