"""The function that secrets name for their rotation does not exist: none of them rotates any more.

Whoever makes a function of that name again is handed their values: the name alone decides whom AWS calls.

Source: Lambda API reference, GetFunction (ResourceNotFoundException); Secrets Manager user guide, rotation by Lambda
function; design facts 2.4 and 2.7.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import a_function
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms


def evaluate(function: FunctionPosture, _terms: Terms) -> Verdict:
    """Fire on a function that is named and not there."""
    if not function.is_rotator:
        return Spared("no secret names it for its rotation")
    if not function.is_gone:
        return None
    first, *others = function.rotates
    more = f" and {len(others)} more" if others else ""
    return Violation(
        reason=f"it does not exist, and it is to rotate {first}{more}",
        evidence=tuple(f"secret {name}" for name in function.rotates),
        values=(("secret", first),),
    )


CHECK = Check(
    id="rotation.function-gone",
    practice=Practice.ROTATION,
    about=FunctionPosture,
    title="The function that should rotate is gone",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Deploy the function again, or give each of its secrets another one. The command does that for the first of "
        "them, and waits for the next window: the new function must know the database or service, and Secrets Manager "
        "must be allowed to call it. Its test step runs at once."
    ),
    command=(
        "aws secretsmanager rotate-secret --region {region} --secret-id {secret} --rotation-lambda-arn FUNCTION_ARN "
        "--no-rotate-immediately"
    ),
    sources=("Secrets Manager user guide, rotate-secrets_lambda", "Lambda API reference, GetFunction"),
    well_architected=("SEC02-BP05",),
    covers=("SecretsManager.2",),
    blind_spots=(
        "Only the first secrets of a function are named. A function that exists and fails, or that Secrets Manager may "
        "not call, is seen by what does not rotate."
    ),
    examples=(
        Example(name="gone", posture=a_function(is_gone=True, rotates=("prod/db", "prod/mail")), violates=True),
        Example(name="there", posture=a_function(), violates=False),
        Example(name="gone, and no secret needs it", posture=a_function(is_gone=True, rotates=()), violates=False),
    ),
)
