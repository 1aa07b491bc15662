"""A rotation function runs outside every VPC: it reaches Secrets Manager, and its database, by public addresses.

Source: Secrets Manager user guide, vpc-endpoint-overview and rotation network access. Security Hub's Lambda.3 (Config
rule lambda-inside-vpc) asks the same of every function; this check asks it of rotation functions alone.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import a_function
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.rotators import no_rotator
from nightlatch.domain.posture.terms import Terms


def evaluate(function: FunctionPosture, _terms: Terms) -> Verdict:
    """Fire for a rotation function without a VPC."""
    spared = no_rotator(function)
    if spared is not None:
        return spared
    if function.vpc is not None:
        return None
    return Violation(reason="it runs in no VPC", evidence=tuple(f"rotates {name}" for name in function.rotates))


CHECK = Check(
    id="vpc.rotation-outside",
    practice=Practice.VPC,
    about=FunctionPosture,
    title="It rotates secrets from outside a VPC",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Let the function run in private subnets of its database's VPC, and give that VPC an endpoint for Secrets "
        "Manager first: without one, or a NAT gateway, the next rotation times out. Its role needs "
        "AWSLambdaVPCAccessExecutionRole."
    ),
    command=(
        "aws lambda update-function-configuration --region {region} --function-name {arn} "
        "--vpc-config SubnetIds=SUBNET_ID,SecurityGroupIds=GROUP_ID"
    ),
    sources=(
        "Secrets Manager user guide, vpc-endpoint-overview",
        "Secrets Manager user guide, rotation network access",
    ),
    well_architected=("SEC05-BP01",),
    blind_spots="A function that rotates what is on the internet anyway gains less by a VPC; mute it with the reason.",
    examples=(
        Example(name="outside", posture=a_function(vpc=None), violates=True),
        Example(name="inside", posture=a_function(), violates=False),
        Example(name="rotates nothing", posture=a_function(vpc=None, rotates=()), violates=False),
        Example(name="gone", posture=a_function(vpc=None, is_gone=True), violates=False),
    ),
)
