"""What a policy might say, each with the evidence for it; whether it is right only a person knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.judging.findings import Severity
from nightlatch.service.intake import Tally
from nightlatch.service.usage import Care, Deed

REGULAR_DAYS = 3  # UTC days on which something must be seen to be a habit
MOST = 10  # of each kind: a longer list nobody reads

_ENDS_A_PART = "/_-."


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorSuggestion:
    """Somebody whose reads or changes come again and again, as a known actor."""

    principal: str
    may: tuple[Deed, ...]
    prefix: str  # of the names of all that it uses regularly; "" where they have none in common
    secrets: int  # used regularly
    days: int
    did: tuple[tuple[Deed, int], ...]  # all that was seen, allowed or not
    first_seen: datetime
    last_seen: datetime
    quiet: int = 0  # findings that would not be told any more
    loud: int = 0  # findings about it that still would


@dataclass(frozen=True, slots=True, kw_only=True)
class TierSuggestion:
    """A secret whose findings would matter, as a crown jewel."""

    name: str
    users: tuple[str, ...]
    uses: int
    days: int
    care: tuple[Care, ...]
    findings: int
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptionSuggestion:
    """What would have been told most often, as an exemption."""

    rule: str
    catalogue: str
    principal: str
    prefix: str
    severity: Severity  # the worst
    findings: int
    days: int
    secrets: int
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """All of them, and what they were made from."""

    actors: tuple[ActorSuggestion, ...]
    tiers: tuple[TierSuggestion, ...]
    exemptions: tuple[ExemptionSuggestion, ...]
    stay: int  # findings that come as often, and for which no exemption is suggested
    expires: date  # of what is suggested
    first_record: datetime
    last_record: datetime
    judged: Tally
    learnt: Tally | None

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.actors) + len(self.tiers) + len(self.exemptions)

    @property
    def is_partial(self) -> bool:
        """Whether something could not be read."""
        return self.judged.is_partial or (self.learnt is not None and self.learnt.is_partial)


def common_prefix(secrets: Iterable[SecretRef]) -> str:
    """Give what the names of some secrets begin with, up to the end of a part; of one secret all of its name.

    A name that a partial ARN leaves in doubt is taken by its shorter reading, which the longer one begins with.
    """
    names = sorted({min(secret.names, key=len) for secret in secrets})
    if len(names) < 2:  # noqa: PLR2004 - of one name there is nothing to compare
        return names[0] if names else ""
    first, last = names[0], names[-1]  # in order, so that what these two share all share
    length = next((n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    ends = [first.rfind(sign, 0, length) for sign in _ENDS_A_PART]
    return first[: max(ends) + 1]
