"""What reads cost at the rate that was counted, and what a cache would leave of it.

What a cache saves is reckoned as if one process read: each further one with a cache of its own would keep as many
reads again. So it is the most that a cache can save. A client that says it caches saves nothing more.

Source: caching clients keep a value for an hour (Python), the Lambda extension for five minutes (design facts 2.2).
Whether AWS bills a batch call as one or as each of its secrets, and whom a call across accounts is billed to, only a
bill can tell; here each read counts, and with its reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from nightlatch.domain.posture.prices import usd_a_month
from nightlatch.domain.posture.use import ReaderUse

Use = tuple[str, ReaderUse]  # the key of a secret, and one of its readers


class By(StrEnum):
    """What costs are added up by."""

    CALLER = "caller"
    SECRET = "secret"  # noqa: S105 - a word of the command line
    OWNER = "owner"
    TEAM = "team"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCost:
    """What somebody's reads come to."""

    name: str
    reads: int  # that were counted
    per_hour: float
    usd: float  # in a month at this rate
    saved_by_hour_cache: float  # of that
    saved_by_5min_cache: float
    readers: frozenset[str]
    secrets: frozenset[str]
    throttled: int = 0


def costs_of(uses: Iterable[Use], hours: float, by: Callable[[Use], str]) -> tuple[ReadCost, ...]:
    """Add up what reads cost, the dearest first.

    Args:
        uses: Every reader of every secret.
        hours: How long was counted.
        by: Gives the name under which a use is added up.
    """
    parts: dict[str, list[Use]] = {}
    for use in uses:
        parts.setdefault(by(use), []).append(use)
    found = (_cost(name, some, hours) for name, some in parts.items())
    return tuple(sorted(found, key=lambda one: (-one.reads, -one.throttled, one.name)))


def saved(use: ReaderUse, hours: float) -> tuple[float, float]:
    """Give what a cache of an hour, and of five minutes, would save in a month."""
    if use.is_caching:
        return 0.0, 0.0
    return usd_a_month(use.reads - use.with_hour_cache, hours), usd_a_month(use.reads - use.with_5min_cache, hours)


def _cost(name: str, uses: list[Use], hours: float) -> ReadCost:
    reads = sum(use.reads for _, use in uses)
    savings = [saved(use, hours) for _, use in uses]
    return ReadCost(
        name=name,
        reads=reads,
        per_hour=reads / hours,
        usd=usd_a_month(reads, hours),
        saved_by_hour_cache=sum(one for one, _ in savings),
        saved_by_5min_cache=sum(other for _, other in savings),
        readers=frozenset(use.principal for _, use in uses),
        secrets=frozenset(secret for secret, _ in uses if not secret.endswith("/")),
        throttled=sum(use.throttled for _, use in uses),
    )
