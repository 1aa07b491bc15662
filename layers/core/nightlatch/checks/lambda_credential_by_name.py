"""A variable is named like a credential, and its value says no place where one is kept: most likely it is one.

What the practice asks for is a reference: `DB_SECRET_ARN`, or `DB_PASSWORD` with a parameter's path. Name and value are
judged together where they are read (`posture/variables.py`), and the value stays there.

Source: Secrets Manager user guide, best practices ("passing them through environmental variables"); design facts 2.9.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import a_function
from nightlatch.domain.posture.functions import FunctionPosture, Variable
from nightlatch.domain.posture.listing import counted, first_of
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(function: FunctionPosture, _terms: Terms) -> Verdict:
    """Fire for such variables, but for those whose value tells by itself."""
    named = sorted(one.name for one in seen(function.variables) if one.is_named_credential and one.holds is None)
    if not named:
        return None
    return Violation(
        reason=(
            f"{counted(len(named), 'variable is', 'variables are')} named like a credential and "
            f"{'refers' if len(named) == 1 else 'refer'} to no secret"
        ),
        evidence=first_of(named),
    )


_NAMED = Variable(name="DB_PASSWORD", is_named_credential=True)

CHECK = Check(
    id="lambda.credential-by-name",
    practice=Practice.LAMBDA,
    about=FunctionPosture,
    title="A variable is named like a credential and refers to no secret",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Where it is a credential, put it into a secret, give the function the secret's ARN, and change the "
        "credential; else mute this with the reason. The call replaces all variables: write the others into the file, "
        "too."
    ),
    command=(
        "aws lambda update-function-configuration --region {region} --function-name {arn} "
        "--environment file://environment.json"
    ),
    sources=("Secrets Manager user guide, best practices: provide credentials to Lambda functions",),
    well_architected=("SEC02-BP03",),
    covers=("prowler:awslambda_function_no_secrets_in_variables",),
    blind_spots="A credential in a variable of another name; words in one called `..._SECRET` are taken for a name.",
    examples=(
        Example(name="a password", posture=a_function(variables=(_NAMED,)), violates=True),
        Example(name="where nothing is rotated", posture=a_function(variables=(_NAMED,), rotates=()), violates=True),
        Example(name="a reference", posture=a_function(variables=(Variable(name="DB_PASSWORD"),)), violates=False),
        Example(
            name="told by its value already",
            posture=a_function(
                variables=(Variable(name="API_KEY", is_named_credential=True, holds="an AWS access key"),)
            ),
            violates=False,
        ),
    ),
)
