"""Secrets Manager turned callers away for their rate: whoever does not try again, slower, fails for want of a value.

Source: Secrets Manager user guide, quotas (the codes of throttling, and that another account's calls count against the
caller's account); design facts 2.3.
"""

from __future__ import annotations

from nightlatch.domain.event.principals import short_name
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import a_secret, a_use
from nightlatch.domain.posture.listing import counted, first_of
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen
from nightlatch.domain.posture.use import ReaderKind, ReaderUse, most_first


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire where a consumer was refused for its rate at all."""
    throttled = [one for one in seen(secret.use).consumers if one.throttled > 0]
    if not throttled:
        return None
    throttled = most_first(throttled, lambda one: one.throttled)
    total = sum(one.throttled for one in throttled)
    return Violation(
        reason=(
            f"{counted(total, 'call was refused for its rate', 'calls were refused for their rate')}, of "
            f"{counted(len(throttled), 'caller')}, most of them of {short_name(throttled[0].principal)}"
        ),
        evidence=first_of([f"{one.principal}: {one.throttled:,} refused, {one.reads:,} answered" for one in throttled]),
    )


CHECK = Check(
    id="retries.throttled",
    practice=Practice.RETRIES,
    about=SecretPosture,
    title="Callers are turned away for their rate",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Have the caller cache the value, and try again with backoff and jitter: the SDKs do in the retry modes "
        "`standard` and `adaptive`. A call that is tried again takes longer, so look at the caller's own time limits."
    ),
    command=None,
    sources=("Secrets Manager user guide, quotas: add retries to your application",),
    well_architected=("SEC02-BP03",),
    blind_spots=("CloudTrail may leave out which secret a refused call was about; such a call counts for none."),
    of_managed=True,
    of_replicas=True,
    examples=(
        Example(
            name="one caller, once",
            posture=a_secret(use=a_use(ReaderUse(principal="role/app", reads=900, throttled=1))),
            violates=True,
        ),
        Example(
            name="never refused",
            posture=a_secret(use=a_use(ReaderUse(principal="role/app", reads=900, throttled=0))),
            violates=False,
        ),
        Example(
            name="AWS itself",
            posture=a_secret(use=a_use(ReaderUse(principal="role/scan", throttled=9, kind=ReaderKind.SERVICE))),
            violates=False,
        ),
    ),
)
