"""Who has read a secret since a moment of the last day: they have the new value, and going back concerns them.

History keeps a day's calls on each principal's own trails, routine reads as one for each five minutes. So those that
are known to read the secret are asked about one by one, and of many only some.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from nightlatch.adapters.history.trails import Trails
from nightlatch.adapters.history.uses import Kind, PairKey, micros
from nightlatch.domain.history.sightings import Sighting

MOST_ASKED = 20
LATELY = timedelta(hours=24)
_READS = frozenset({"GetSecretValue", "BatchGetSecretValue"})


class RecentReaders:
    """The port `Readers` on what nightlatch remembers."""

    def __init__(self, trails: Trails, *, own_roles: Collection[str], now: Callable[[], datetime]) -> None:
        self._trails = trails
        self._own_roles = own_roles
        self._now = now

    def since(self, keys: Sequence[str], moment: datetime) -> tuple[str, ...]:
        """Name the principals that read a secret since a moment, a day ago at most; of more than twenty only some.

        Args:
            keys: The names that history keeps the secret under.
            moment: The first moment that counts.

        Raises:
            Unavailable: The history could not be asked.
        """
        now = self._now()
        start = max(moment, now - LATELY)
        return tuple(one for one in self._candidates(keys, start)[:MOST_ASKED] if self._has_read(one, keys, start, now))

    def _candidates(self, keys: Sequence[str], start: datetime) -> list[str]:
        """Give those that read it on this day or the one before: of each day the first read is known."""
        found = self._trails.readers(keys)
        pairs = [PairKey(principal, key) for key, principals in found.items() for principal in principals]
        uses = self._trails.touch((), pairs)
        day_before = micros(start - timedelta(days=1))
        recent = {
            pair.principal
            for pair in pairs
            if any(mark.startswith(Kind.READ) and time >= day_before for mark, time in uses.get(pair, {}).items())
        }
        return sorted(recent - {*self._own_roles})

    def _has_read(self, principal: str, keys: Sequence[str], start: datetime, now: datetime) -> bool:
        trails = (f"routine:{principal}", f"principal:{principal}")
        seen = (one for trail in trails for one in self._trails.between(trail, start, now))
        return any(_is_read_of(one, keys) for one in seen)


def _is_read_of(sighting: Sighting, keys: Sequence[str]) -> bool:
    is_read = sighting.name in _READS and sighting.succeeded
    return is_read and any(key in keys for secret in sighting.secrets for key in secret.keys)
