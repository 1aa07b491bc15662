"""How much of AWS's quotas is left, as far as Service Quotas says.

After this module a reader knows the three that nightlatch can run into: functions at once, secrets of a Region, and
requests to the event history, of which it makes one a second.

Source: Lambda developer guide, gettingstarted-limits (concurrent executions; new accounts have fewer); Secrets Manager
user guide, reference_limits (`Secrets`, 500,000 of a Region); CloudTrail API reference, LookupEvents (two a second).
"""

from __future__ import annotations

from nightlatch.domain.watching.diagnosis import Line, Verdict
from nightlatch.domain.watching.doctor.gaps import Gap, unseen

LEAST_CONCURRENT = 100  # functions at once; an account that was just opened has 10
FULL = 0.8  # of a quota
LOOKUPS = 1.0  # a second, which reconcile makes


def of_concurrency(quota: float | Gap | None) -> Line:
    """Judge how many functions may run at once in the account and Region."""
    about = "quota of functions at once"
    if isinstance(quota, Gap):
        return unseen(about, quota)
    if quota is None:
        return unseen(about, Gap("Service Quotas lists no such quota here"))
    said = f"{quota:g}"
    if quota < LEAST_CONCURRENT:
        fix = (
            "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384"
            " --desired-value 1000"
        )
        said = f"{quota:g}: a storm of events waits for other functions of the account"
        return Line(about=about, verdict=Verdict.WARN, said=said, fix=fix)
    return Line(about=about, verdict=Verdict.OK, said=said)


def of_secrets(quota: float | Gap | None, held: int | Gap | None) -> Line:
    """Judge how many more secrets the Region takes; a new one may be needed to bring a destroyed one back.

    Args:
        quota: How many a Region holds.
        held: How many the last inventory counted; None before the first.
    """
    about = "quota of secrets"
    if isinstance(quota, Gap):
        return unseen(about, quota)
    if quota is None:
        return unseen(about, Gap("Service Quotas lists no such quota here"))
    if isinstance(held, Gap):
        return unseen(about, held)
    if held is None:
        fix = "nightlatch inventory refresh"
        return Line(about=about, verdict=Verdict.WARN, said=f"{quota:g}; no inventory was taken yet", fix=fix)
    said = f"{held} of {quota:g} are used"
    if held >= FULL * quota:
        fix = "aws secretsmanager list-secrets --include-planned-deletion"
        said = f"{said}: once it is full, a destroyed secret cannot be created again"
        return Line(about=about, verdict=Verdict.WARN, said=said, fix=fix)
    return Line(about=about, verdict=Verdict.OK, said=said)


def of_lookups(quota: float | Gap | None) -> Line:
    """Judge whether the event history may be asked as often as nightlatch does."""
    about = "quota of the event history"
    if isinstance(quota, Gap):
        return unseen(about, quota)
    if quota is None:
        return Line(about=about, verdict=Verdict.OK, said="not listed; AWS documents 2 requests a second, 1 is made")
    if quota <= LOOKUPS:
        fix = "aws service-quotas list-service-quotas --service-code cloudtrail"
        said = f"{quota:g} requests a second, and nightlatch makes {LOOKUPS:g}: whoever else asks slows it down"
        return Line(about=about, verdict=Verdict.WARN, said=said, fix=fix)
    return Line(about=about, verdict=Verdict.OK, said=f"{quota:g} requests a second, {LOOKUPS:g} is made")
