"""What calls of Secrets Manager cost.

Source: Secrets Manager pricing, 0.05 USD for 10,000 calls.
"""

from __future__ import annotations

from nightlatch.domain.posture.use import HOURS_OF_DAY

USD_PER_CALL = 0.05 / 10_000
HOURS_OF_MONTH = 30 * HOURS_OF_DAY


def usd_a_month(calls: float, hours: float) -> float:
    """Give what calls come to in a month of thirty days, if they go on at the rate of the counted hours."""
    return calls / hours * HOURS_OF_MONTH * USD_PER_CALL
