"""A rotation function's code or configuration is new: it sees every value that it makes, so somebody should know why.

Lambda gives one moment for both. The live rule ROT-04 tells who made the change, where nightlatch was there to see it.

Source: Lambda API reference, FunctionConfiguration (LastModified); design facts 2.4.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import a_function, ago
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.rotators import no_rotator
from nightlatch.domain.posture.terms import Terms


def evaluate(function: FunctionPosture, terms: Terms) -> Verdict:
    """Fire until the change has stood for the days of the limit."""
    spared = no_rotator(function)
    if spared is not None:
        return spared
    if function.changed_at is None:
        return Spared("Lambda does not say when it was changed")
    if terms.age_days(function.changed_at) >= terms.limits.settled_days:
        return None
    return Violation(
        reason=f"its code or configuration was changed on {function.changed_at:%Y-%m-%d}",
        evidence=tuple(f"rotates {name}" for name in function.rotates),
    )


CHECK = Check(
    id="logging.code-changed",
    practice=Practice.LOGGING,
    about=FunctionPosture,
    title="Its code or configuration was changed some days ago",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Hold the deployed code against what was reviewed, and look for statements that log. Where nobody knows of the "
        "change, take the function for hostile: turn its rotations off, and rotate by other means what it has touched."
    ),
    command="aws lambda get-function-configuration --region {region} --function-name {arn} --query CodeSha256",
    sources=("Secrets Manager user guide, best practices", "Lambda API reference, FunctionConfiguration"),
    well_architected=("SEC11-BP04",),
    blind_spots="A layer or a container image that a name points to may change without a change of the function.",
    examples=(
        Example(name="yesterday", posture=a_function(changed_at=ago(days=1)), violates=True),
        Example(name="a week ago", posture=a_function(changed_at=ago(days=7)), violates=False),
        Example(name="rotates nothing", posture=a_function(changed_at=ago(days=1), rotates=()), violates=False),
    ),
)
