"""What the records show of a rotation: whose step a call is, and how long a schedule lets a value live.

Source: Secrets Manager user guide, rotate-secrets_lambda-functions and schedule expressions; API reference,
RotationRulesType (1 to 1000 days); Lambda developer guide, execution role (the session bears the function's name).
"""

from __future__ import annotations

import re

from nightlatch.domain.baseline import Baseline
from nightlatch.domain.events import SecretEvent
from nightlatch.domain.parameters import Parameters
from nightlatch.domain.principals import PrincipalKind

_RATE = re.compile(r"rate\(\s*(?P<count>\d{1,9})\s+(?P<unit>hour|day)s?\s*\)")
_HOURS_PER_DAY = 24


def is_rotation_function(event: SecretEvent, baseline: Baseline) -> bool:
    """Tell whether the caller is the role of a registered rotation function, by its session's name."""
    session = event.principal.session_name
    return (
        event.principal.kind is PrincipalKind.ROLE
        and session is not None
        and baseline.inventory.is_rotation_function(session)
    )


def longest_gap_days(request: Parameters) -> float | None:
    """Read the days between rotations that a RotateSecret asks for; None where it asks for none.

    A cron expression repeats within a year, and counts as none.
    """
    rules = request.child("rotationRules")
    days = rules.number("automaticallyAfterDays")
    if days is not None:
        return days
    rate = _RATE.fullmatch((rules.text("scheduleExpression") or "").strip())
    if rate is None:
        return None
    return int(rate["count"]) / (_HOURS_PER_DAY if rate["unit"] == "hour" else 1)
