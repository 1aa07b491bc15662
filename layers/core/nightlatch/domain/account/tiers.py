"""How much a secret matters: a finding about a crown jewel is one severity worse, about a temporary one milder.

The tier is what the operator said, or what the secret's tag said when the inventory was taken, never what a call has
just set: a thief could tag a secret as temporary before taking it (design gap G12).

Source: design detections, shared rules; ruling 9 (a tier changes the severity, the mode alone what is done).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache

from nightlatch.domain.event.secrets import SecretRef

TAG = "nightlatch:tier"


class Tier(StrEnum):
    """What the operator thinks of a secret."""

    CROWN = "crown"
    STANDARD = "standard"
    TEMP = "temp"

    @property
    def rank(self) -> int:
        """0 (temp) to 2 (crown)."""
        return (Tier.TEMP, Tier.STANDARD, Tier.CROWN).index(self)


@dataclass(frozen=True, slots=True)
class TierOf:
    """The tier of the secrets whose name a glob matches; the first that matches decides."""

    names: str
    tier: Tier


def _untagged(_secret: SecretRef) -> Tier | None:
    return None


def tier_of(
    secrets: Iterable[SecretRef], tiers: tuple[TierOf, ...], tagged: Callable[[SecretRef], Tier | None] = _untagged
) -> Tier:
    """Give the highest tier among some secrets, by every name that each may have: alert open.

    Args:
        secrets: The secrets.
        tiers: What the operator said, which wins over any tag: a tag can be set by whoever may tag.
        tagged: Gives what the tag of a secret said when the inventory was taken.
    """
    found = {
        _tier_of_name(name, tiers) or tagged(secret) or Tier.STANDARD for secret in secrets for name in secret.names
    }
    return max(found, key=lambda tier: tier.rank, default=Tier.STANDARD)


@lru_cache(maxsize=16_384)
def _tier_of_name(name: str, tiers: tuple[TierOf, ...]) -> Tier | None:
    """Remembered, for a sweep of many secrets is asked about with each of its reads."""
    return next((one.tier for one in tiers if fnmatchcase(name, one.names)), None)


def tagged_tier(tags: Mapping[str, str]) -> Tier | None:
    """Read the tier from a secret's tags; a word that is no tier is none."""
    said = tags.get(TAG, "").strip().lower()
    return Tier(said) if said in set(Tier) else None
