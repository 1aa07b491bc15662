"""A variable turns on debug logging in a rotation function: what it handles, secrets among it, may end in its log.

Source: Secrets Manager user guide, best practices ("remove them before using the code in production"); Powertools for
AWS Lambda, its variables for logging; design facts 2.4.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import a_function
from nightlatch.domain.posture.functions import FunctionPosture, Variable
from nightlatch.domain.posture.listing import counted, first_of
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.rotators import no_rotator
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(function: FunctionPosture, _terms: Terms) -> Verdict:
    """Fire for variables that turn it on."""
    spared = no_rotator(function)
    if spared is not None:
        return spared
    names = sorted(one.name for one in seen(function.variables) if one.is_debug)
    if not names:
        return None
    return Violation(
        reason=f"{counted(len(names), 'variable turns', 'variables turn')} on debug logging", evidence=first_of(names)
    )


_ON = Variable(name="LOG_LEVEL", is_debug=True)

CHECK = Check(
    id="logging.debug",
    practice=Practice.LOGGING,
    about=FunctionPosture,
    title="It rotates secrets with debug logging on",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Turn the variable off, and delete the lines written meanwhile. The call replaces all variables of the "
        "function: write the others into the file, too. ApplicationLogLevel is no variable: set it by --logging-config."
    ),
    command=(
        "aws lambda update-function-configuration --region {region} --function-name {arn} "
        "--environment file://environment.json"
    ),
    sources=("Secrets Manager user guide, best practices: mitigate the risks of logging and debugging",),
    well_architected=("SEC02-BP03",),
    blind_spots="Debugging that the code itself turns on is not seen.",
    examples=(
        Example(name="on", posture=a_function(variables=(_ON,)), violates=True),
        Example(name="off", posture=a_function(variables=(Variable(name="LOG_LEVEL"),)), violates=False),
        Example(name="rotates nothing", posture=a_function(variables=(_ON,), rotates=()), violates=False),
    ),
)
