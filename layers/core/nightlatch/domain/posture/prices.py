"""What calls of Secrets Manager cost.

Source: Secrets Manager pricing page, 0.05 USD for 10,000 API calls in every commercial Region.
"""

from __future__ import annotations

USD_PER_CALL = 0.05 / 10_000
HOURS_A_MONTH = 730


def usd_a_month(calls: float, hours: float) -> float:
    """Give what calls cost in a month, if they go on at the rate of the counted hours."""
    return calls / hours * HOURS_A_MONTH * USD_PER_CALL
