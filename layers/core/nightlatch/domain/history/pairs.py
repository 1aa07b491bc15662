"""A principal and a secret, or anything else that two records may show together: since when, and is it ordinary?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

KNOWN_AFTER = timedelta(hours=24)
KNOWN_DAYS = 2
FORGOTTEN_AFTER = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Pair:
    """A principal and a secret, as seen before the event being judged."""

    first_seen: datetime
    last_seen: datetime
    days: int  # distinct UTC days

    def is_known(self, at: datetime) -> bool:
        """Tell whether this use is ordinary: two days seen, a day old, not forgotten."""
        return (
            self.days >= KNOWN_DAYS and self.first_seen <= at - KNOWN_AFTER and self.last_seen >= at - FORGOTTEN_AFTER
        )
