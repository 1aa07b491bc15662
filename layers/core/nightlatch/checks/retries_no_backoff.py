"""A caller that is turned away for its rate comes again at once, so that the storm feeds itself.

An SDK that backs off waits a random part of a second before its first new try (botocore 1.44, retries/standard.py), so
that one in twenty falls within 50 ms. Three of them, and half as many as there were refusals, do not fall so by chance.

Source: Secrets Manager user guide, quotas (backoff and retry); botocore 1.44; design facts 2.3.
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

LEAST = 3


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire for consumers who come again too soon after half of their refusals."""
    hasty = [one for one in seen(secret.use).callers if one.hasty >= LEAST and 2 * one.hasty >= one.throttled]
    if not hasty:
        return None
    hasty = most_first(hasty, lambda one: one.hasty)
    worst = hasty[0]
    others = f"; {counted(len(hasty) - 1, 'other caller')} likewise" if len(hasty) > 1 else ""
    return Violation(
        reason=(
            f"{short_name(worst.principal)} was refused {counted(worst.throttled, 'time')} for its rate and came again "
            f"within 50 ms {counted(worst.hasty, 'time')}{others}"
        ),
        evidence=first_of([f"{one.principal}: {one.throttled:,} refused, {one.hasty:,} within 50 ms" for one in hasty]),
    )


def _caller(**other: object) -> ReaderUse:
    return ReaderUse(**{"principal": "role/app", "reads": 900, "throttled": 40, "hasty": 38, **other})  # type: ignore[arg-type]


CHECK = Check(
    id="retries.no-backoff",
    practice=Practice.RETRIES,
    about=SecretPosture,
    title="A caller that is turned away comes again without backoff",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Take the loop out of the caller's code and let the SDK retry, in the mode `standard` or `adaptive`: it waits "
        "longer each time, with jitter. Its calls then end later; look at the caller's own time limits."
    ),
    command=None,
    sources=(
        "Secrets Manager user guide, quotas: add retries to your application",
        "AWS SDKs and tools reference, retry behaviour",
    ),
    well_architected=("SEC02-BP03",),
    blind_spots="Callers that share a role and call at the same time look like one that comes again at once.",
    of_managed=True,
    of_replicas=True,
    examples=(
        Example(name="a loop without a pause", posture=a_secret(use=a_use(_caller())), violates=True),
        Example(name="waits mostly", posture=a_secret(use=a_use(_caller(hasty=4))), violates=False),
        Example(
            name="two, which may be chance", posture=a_secret(use=a_use(_caller(throttled=2, hasty=2))), violates=False
        ),
        Example(name="AWS itself", posture=a_secret(use=a_use(_caller(kind=ReaderKind.SERVICE))), violates=False),
    ),
)
