"""A VPC has rotation functions and no endpoint for Secrets Manager: every rotation leaves the network of AWS, or fails.

Source: Secrets Manager user guide, vpc-endpoint-overview; EC2 API reference, DescribeVpcEndpoints. The AWS Config rule
service-vpc-endpoint-enabled asks the same of every VPC; this check asks it where secrets are rotated.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import AccountPosture, EndpointPosture
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import an_account
from nightlatch.domain.posture.listing import counted, first_of
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import NotSeen, seen


def evaluate(account: AccountPosture, _terms: Terms) -> Verdict:
    """Fire for VPCs in which functions rotate secrets without a way of their own; none is no proof where some hide."""
    without = [one for one in seen(account.endpoints) if one.functions and one.endpoint is None]
    if not without and account.unplaced is not None:
        raise NotSeen(account.unplaced)
    if not without:
        return None
    without.sort(key=lambda one: one.vpc)
    return Violation(
        reason=f"{counted(len(without), 'VPC')} with rotation functions and no endpoint for Secrets Manager",
        evidence=first_of([f"{one.vpc}: {', '.join(first_of(sorted(one.functions), most=3))}" for one in without]),
        values=(("vpc", without[0].vpc),),
    )


CHECK = Check(
    id="vpc.no-endpoint",
    practice=Practice.VPC,
    about=AccountPosture,
    title="Rotation functions have no VPC endpoint for Secrets Manager",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Give the VPC an interface endpoint with private DNS, in each Availability Zone of the functions; its security "
        "group must let them in on port 443, or every call to Secrets Manager from this VPC fails. It costs by the "
        "hour and zone."
    ),
    command=(
        "aws ec2 create-vpc-endpoint --region {region} --vpc-endpoint-type Interface --vpc-id {vpc} "
        "--service-name com.amazonaws.{region}.secretsmanager --private-dns-enabled --subnet-ids SUBNET_ID "
        "--security-group-ids GROUP_ID"
    ),
    sources=("Secrets Manager user guide, vpc-endpoint-overview", "EC2 API reference, DescribeVpcEndpoints"),
    well_architected=("SEC05-BP02",),
    blind_spots="A VPC may go by the endpoint of another, over a transit gateway and shared DNS; that is not seen.",
    examples=(
        Example(
            name="functions, and no way",
            posture=an_account(endpoints=(EndpointPosture(vpc="vpc-0a", functions=("rotate-db",)),)),
            violates=True,
        ),
        Example(name="functions, and an endpoint", posture=an_account(), violates=False),
        Example(
            name="nothing rotates there",
            posture=an_account(endpoints=(EndpointPosture(vpc="vpc-0b"),)),
            violates=False,
        ),
    ),
)
