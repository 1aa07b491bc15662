"""When an audit is due, and what a finding is beside the audit before: new, still open, fixed, or not asked any more.

Fixed is a word for what was looked at and is as it should be, or is gone. What could not be judged, or was left out,
stays open; what no check asks about any more is said to be so once, for nobody knows how it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.findings import PostureFinding
from nightlatch.domain.posture.remarks import BESIDE_CHECKS
from nightlatch.domain.posture.reports import Kept, Run, Standing, begun

HOUR = 5  # UTC, at which the daily audit begins where the operator does not say otherwise
HELD_FOR = timedelta(seconds=270)  # by one invocation: longer than it may run, shorter than until the next knock
GIVEN_UP_AFTER = timedelta(days=1)  # since somebody last went on with it: what was found then is too old to go on from
_DAY = timedelta(days=1)


def is_due(last: Run | None, now: datetime, *, hour: int | None) -> bool:
    """Tell whether an audit should begin: there is none yet, or the last began before today's hour; None for never."""
    if hour is None:
        return False
    if last is None:
        return True
    moment = now.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return last.begun_at < (moment if moment <= now else moment - _DAY)


def begun_after(last: Run | None, now: datetime, *, account_id: str, region: str) -> Run:
    """Begin an audit whose id sorts behind the last one's, even where a clock stands still."""
    at = now if last is None else max(now, last.begun_at + timedelta(microseconds=1))
    return begun(at, account_id=account_id, region=region)


@dataclass(frozen=True, slots=True)
class Before:
    """What must be known of an open finding to hold the same one against it."""

    first_seen: datetime
    severity: Severity


def found_now(finding: PostureFinding, before: Before | None) -> Kept:
    """Say what a finding is that was found now.

    Args:
        finding: As it is now.
        before: As it was, where it was open until now.
    """
    if before is None:
        return Kept(finding=finding, standing=Standing.NEW, first_seen=finding.seen_at)
    was = before.severity if before.severity.rank < finding.severity.rank else None
    return Kept(finding=finding, standing=Standing.OPEN, first_seen=before.first_seen, was=was)


def not_found(before: Kept, run: Run, *, is_doubtful: bool, is_spared: bool) -> Kept | None:
    """Say what becomes of a finding that was not found now; None where it had been over before.

    Args:
        before: As it was in the audit before.
        run: The audit that did not find it.
        is_doubtful: Its check could not judge, or what it is about was left out.
        is_spared: Its check does not apply to what it is about.
    """
    if not before.standing.is_there:
        return None
    if is_doubtful or run.leaves_open(before.finding):
        return replace(before, standing=Standing.OPEN, was=None)
    is_asked = not is_spared and _asks(run, before.finding.check)
    return replace(before, standing=Standing.FIXED if is_asked else Standing.SPARED, was=None)


def _asks(run: Run, check: str) -> bool:
    return run.asked is None or check in run.asked or check.startswith(BESIDE_CHECKS)
