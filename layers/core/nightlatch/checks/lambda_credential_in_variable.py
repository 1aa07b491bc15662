"""An environment variable of a function holds a credential: whoever may look at the function reads it.

GetFunctionConfiguration gives every variable in clear text to whoever may call it, and so do consoles, templates and
deployment logs. The finding names the variable and the kind of credential; the value stayed where it was read.

Source: Secrets Manager user guide, best practices ("without hardcoding the secrets in code or passing them through
environmental variables"); Lambda developer guide, environment variables; design facts 2.9.
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
    """Fire for variables whose value has the form of a credential."""
    found = sorted((one.name, one.holds) for one in seen(function.variables) if one.holds is not None)
    if not found:
        return None
    return Violation(
        reason=f"{counted(len(found), 'variable holds', 'variables hold')} what looks like a credential",
        evidence=first_of([f"{name}: {kind}" for name, kind in found]),
    )


CHECK = Check(
    id="lambda.credential-in-variable",
    practice=Practice.LAMBDA,
    about=FunctionPosture,
    title="Its environment holds a credential",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Put the credential into a secret and have the function read it, with a cache; then change the credential, for "
        "it stood in the open. The call replaces all variables: write the others into the file, too, with the secret's "
        "ARN in this one's place."
    ),
    command=(
        "aws lambda update-function-configuration --region {region} --function-name {arn} "
        "--environment file://environment.json"
    ),
    sources=("Secrets Manager user guide, best practices: provide credentials to Lambda functions",),
    well_architected=("SEC02-BP03",),
    covers=("prowler:awslambda_function_no_secrets_in_variables",),
    blind_spots="A credential of no published form is not recognised by its value; see lambda.credential-by-name.",
    examples=(
        Example(
            name="an access key",
            posture=a_function(variables=(Variable(name="REPORT_USER", holds="an AWS access key"),)),
            violates=True,
        ),
        Example(
            name="where nothing is rotated",
            posture=a_function(variables=(Variable(name="HOOK", holds="a Slack token"),), rotates=()),
            violates=True,
        ),
        Example(name="nothing of the kind", posture=a_function(), violates=False),
        Example(name="no variables", posture=a_function(variables=()), violates=False),
    ),
)
