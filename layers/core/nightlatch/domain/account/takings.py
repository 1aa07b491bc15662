"""When an inventory is taken, how far it has come, and what of the account could not be looked at.

    begun ──> page 0: our own parts ──> a page of secrets each ──> ... ──> finished: from now on it is the inventory

A taking is done in steps that each leave a whole page behind, so that the next invocation goes on where one stopped.
Until it is finished the inventory before it counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightlatch.domain.account.holding import Holding
from nightlatch.domain.account.tiers import Tier

EVERY = timedelta(minutes=55)  # the schedule knocks each five minutes, so that it is taken about once an hour
GIVEN_UP_AFTER = timedelta(hours=6)  # what is listed over so long a time is no picture of one moment
HELD_FOR = timedelta(minutes=5)  # by whoever takes it, and longer than one invocation may run
TIER_FALLS_AFTER = timedelta(days=1)
MOST_GAPS = 50  # listed; the others are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """An inventory that is being taken, or was."""

    id: str
    begun_at: datetime
    pages: int = 0
    token: str | None = None  # where AWS's list of secrets goes on; None at its beginning
    secrets: int = 0
    gaps: tuple[str, ...] = ()  # what could not be looked at, and what to do about it
    unlisted_gaps: int = 0
    finished_at: datetime | None = None

    def with_page(self, secrets: int, token: str | None, gaps: tuple[str, ...]) -> Taking:
        """Come one page further."""
        all_gaps = tuple(dict.fromkeys((*self.gaps, *gaps)))
        return replace(
            self,
            pages=self.pages + 1,
            token=token,
            secrets=self.secrets + secrets,
            gaps=all_gaps[:MOST_GAPS],
            unlisted_gaps=self.unlisted_gaps + len(all_gaps[MOST_GAPS:]),
        )

    @property
    def gap_count(self) -> int:
        """How many things could not be looked at."""
        return len(self.gaps) + self.unlisted_gaps


def settled(listed: Holding, before: Holding | None, now: datetime, *, since: datetime | None) -> Holding:
    """Let a tier rise at once and fall a day after its tag did, as long as the tag stays so.

    A thief could tag a crown jewel as temporary and wait for the next inventory; the change of the tag is told, and
    somebody has the day to put it back. Whoever cannot wait writes the tier into the policy.

    Args:
        listed: The secret as AWS lists it now.
        before: The secret in the inventory before, which holds those with a tag.
        now: When this inventory is taken.
        since: When the one before was begun; None for the first. What is older and not held had no tag.
    """
    if before is None and since is not None and (listed.created_at is None or listed.created_at < since):
        before = Holding(arn=listed.arn)
    if before is None or _rank(listed) >= _rank(before):
        return listed
    lowered = before.lowered_at or now
    if now - lowered >= TIER_FALLS_AFTER:
        return listed
    return replace(listed, tier=before.tier, lowered_at=lowered)


def _rank(holding: Holding) -> int:
    return (holding.tier or Tier.STANDARD).rank


def is_due(last: Taking | None, now: datetime) -> bool:
    """Tell whether the inventory has become too old."""
    return last is None or last.finished_at is None or now - last.finished_at >= EVERY


def is_given_up(taking: Taking, now: datetime) -> bool:
    """Tell whether a taking that stopped half way is too old to go on."""
    return now - taking.begun_at >= GIVEN_UP_AFTER
