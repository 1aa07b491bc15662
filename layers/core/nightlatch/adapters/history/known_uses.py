"""What a principal was seen to do with secrets in ninety days, read off the pairs that history keeps of it.

Kept is the first use of each day, so how often is not known, and neither is what it does beside secrets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from nightlatch.adapters.history.trails import Trails
from nightlatch.adapters.history.uses import Kind, Uses, moment_of
from nightlatch.domain.containing.blast_radius import BlastRadius, radius_of_uses
from nightlatch.domain.history.habits import Kind as Side
from nightlatch.domain.history.pairs import FORGOTTEN_AFTER

_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}$")


def radius_known(trails: Trails, principal: str, now: datetime) -> BlastRadius:
    """Say what stops with a principal.

    Raises:
        Unavailable: The history could not be asked.
    """
    habits = f"habits:{principal}"
    found = trails.partners((principal, habits))
    pairs, facets = found.get(principal, {}), found.get(habits, {})
    return radius_of_uses(
        _last_uses(pairs, Kind.READ),
        _last_uses(pairs, Kind.WRITE),
        networks=_count(facets, Side.NETWORK),
        clients=_count(facets, Side.AGENT),
        span=FORGOTTEN_AFTER,
        upto=now,
    )


def _last_uses(pairs: Mapping[str, Uses], kind: Kind) -> dict[str, datetime]:
    """Give the last use of each secret by its name; what was called by an ARN is kept under two names."""
    times: dict[str, datetime] = {}
    for key, uses in pairs.items():
        name = _name(key)
        seen = [time for mark, time in uses.items() if mark.startswith(kind)]
        if name is not None and seen:
            times[name] = max(moment_of(max(seen)), times.get(name, moment_of(0)))
    return {
        name: at for name, at in times.items() if _SUFFIX.sub("", name) == name or _SUFFIX.sub("", name) not in times
    }


def _name(key: str) -> str | None:
    """Take the name out of `account/region/name`; None for a batch, which is no secret."""
    _, _, name = key.split("/", 2) if key.count("/") > 1 else ("", "", "")
    return name if name and "/batch:" not in key else None


def _count(facets: Mapping[str, Uses], side: Side) -> int:
    return sum(1 for facet in facets if facet.startswith(f"{side}#"))
