"""An endpoint without private DNS: SDKs ask for the public name, so their calls pass it by and nobody notices.

Source: Secrets Manager user guide, vpc-endpoint-overview (private DNS lets the default name of the service lead to the
endpoint); EC2 API reference, VpcEndpoint (PrivateDnsEnabled).
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.account_verdicts import endpoints_that
from nightlatch.domain.posture.accounts import AccountPosture, EndpointPosture
from nightlatch.domain.posture.checks import Check, Example, Verdict
from nightlatch.domain.posture.examples import an_account
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms


def evaluate(account: AccountPosture, _terms: Terms) -> Verdict:
    """Fire for endpoints that only their own names lead to."""
    return endpoints_that(account, "without private DNS", lambda one: not one.has_private_dns)


CHECK = Check(
    id="vpc.no-private-dns",
    practice=Practice.VPC,
    about=AccountPosture,
    title="A VPC endpoint for Secrets Manager has no private DNS",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Turn private DNS on; the VPC needs DNS support and DNS host names. From then on every call from the VPC goes "
        "by the endpoint: its security group and its policy must let them all through."
    ),
    command="aws ec2 modify-vpc-endpoint --region {region} --vpc-endpoint-id {endpoint} --private-dns-enabled",
    sources=("Secrets Manager user guide, vpc-endpoint-overview", "EC2 API reference, ModifyVpcEndpoint"),
    well_architected=("SEC05-BP02",),
    blind_spots="Clients may be set to the endpoint's own name, or a private zone may lead to it; neither is seen.",
    examples=(
        Example(
            name="off",
            posture=an_account(endpoints=(EndpointPosture(vpc="vpc-0a", endpoint="vpce-0a"),)),
            violates=True,
        ),
        Example(name="on", posture=an_account(), violates=False),
        Example(name="no endpoint", posture=an_account(endpoints=(EndpointPosture(vpc="vpc-0b"),)), violates=False),
    ),
)
