"""A caller asks for the same secret again and again: each call costs money and time, and counts against the quota.

What a cache would save is counted hour by hour, for a cache that keeps a value for five minutes; one that keeps it for
an hour saves more.

Source: Secrets Manager user guide, best practices (client-side caching), retrieving-secrets; the refresh intervals of
AWS's caches (an hour in the Python cache, 300 s in the Lambda extension); Secrets Manager pricing; design facts 2.2.
"""

from __future__ import annotations

from nightlatch.domain.event.principals import short_name
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import a_secret, a_use
from nightlatch.domain.posture.listing import counted, first_of
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.prices import usd_a_month
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen
from nightlatch.domain.posture.use import ReaderKind, ReaderUse, most_first

WORTH_USD = 10.0  # a month; from here on it is no small change


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire for callers above the limit whose client does not say that it caches."""
    use, limit = seen(secret.use), terms.limits.reads_per_hour
    polling = [one for one in use.callers if one.busiest_hour > limit and not one.is_caching]
    if not polling:
        return None
    saved = {one.principal: usd_a_month(one.reads - one.with_5min_cache, use.hours) for one in polling}
    polling = most_first(polling, lambda one: saved[one.principal], lambda one: one.busiest_hour)
    worst, total = polling[0], sum(saved.values())
    others = f", {counted(len(polling) - 1, 'other caller')} likewise" if len(polling) > 1 else ""
    return Violation(
        reason=(
            f"{short_name(worst.principal)} read it {worst.busiest_hour:,} times in its busiest hour{others}; "
            f"a cache of five minutes would save {total:.2f} USD a month"
        ),
        severity=Severity.MEDIUM if total >= WORTH_USD else None,
        evidence=first_of(
            [
                f"{one.principal}: {one.busiest_hour:,} calls in its busiest hour, {one.reads:,} in all, "
                f"{saved[one.principal]:.2f} USD a month more than with a cache"
                for one in polling
            ]
        ),
    )


def _poller(**other: object) -> ReaderUse:
    return ReaderUse(**{"principal": "role/app", "reads": 1_680, "busiest_hour": 60, "with_5min_cache": 336, **other})  # type: ignore[arg-type]


CHECK = Check(
    id="caching.polling",
    practice=Practice.CACHING,
    about=SecretPosture,
    title="A caller polls it instead of caching it",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Have the caller read through a cache of AWS: a caching client, the Lambda extension, the CSI driver. After a "
        "rotation a cache may give the old value until it refreshes: have the caller refresh it when a login fails."
    ),
    command=None,
    sources=(
        "Secrets Manager user guide, best practices: use caching to retrieve secrets",
        "Secrets Manager pricing: 0.05 USD for 10,000 API calls",
    ),
    well_architected=("SEC02-BP03",),
    blind_spots=(
        "Callers that share a role are counted as one: each copy of a large fleet may cache, and the role is above the "
        "limit all the same. A client says that it caches in its user agent, which whoever calls may write."
    ),
    of_managed=True,
    of_replicas=True,
    examples=(
        Example(name="once a minute", posture=a_secret(use=a_use(_poller())), violates=True, severity=Severity.LOW),
        Example(
            name="ten times a second",
            posture=a_secret(use=a_use(_poller(reads=6_048_000, busiest_hour=36_000, with_5min_cache=2_016))),
            violates=True,
            severity=Severity.MEDIUM,
        ),
        Example(name="once in five minutes", posture=a_secret(use=a_use(_poller(busiest_hour=12))), violates=False),
        Example(name="its client caches", posture=a_secret(use=a_use(_poller(is_caching=True))), violates=False),
        Example(name="AWS itself", posture=a_secret(use=a_use(_poller(kind=ReaderKind.SERVICE))), violates=False),
    ),
)
