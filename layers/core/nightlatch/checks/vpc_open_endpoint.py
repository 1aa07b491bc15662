"""An endpoint with the default policy lets everybody in the VPC do everything, with credentials of any account.

So who has stolen a value can carry it out to an account of their own by this very way.

Source: Secrets Manager user guide, vpc-endpoint-overview (the default endpoint policy allows full access). Prowler's
vpc_endpoint_connections_trust_boundaries refuses every `*` as principal, also one that names secrets; it asks for more.
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
    """Fire for endpoints whose policy is the one that AWS gives them, or as wide."""
    what = "everybody do everything, as the default policy does"
    return endpoints_that(account, what, lambda one: one.is_open, ("lets", "let"))


CHECK = Check(
    id="vpc.open-endpoint",
    practice=Practice.VPC,
    about=AccountPosture,
    title="A VPC endpoint for Secrets Manager lets everybody do everything",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Give the endpoint a policy that lets your organisation's principals reach your accounts' secrets alone "
        "(aws:PrincipalOrgID, aws:ResourceOrgID). Whatever it leaves out fails at once: look at a week of records "
        "first for who comes by it."
    ),
    command=(
        "aws ec2 modify-vpc-endpoint --region {region} --vpc-endpoint-id {endpoint} "
        "--policy-document file://endpoint-policy.json"
    ),
    sources=("Secrets Manager user guide, vpc-endpoint-overview",),
    well_architected=("SEC05-BP02", "SEC03-BP05"),
    blind_spots="A policy that is narrow in one thing and wide in all others counts as narrow.",
    examples=(
        Example(
            name="the default policy",
            posture=an_account(
                endpoints=(EndpointPosture(vpc="vpc-0a", endpoint="vpce-0a", has_private_dns=True, is_open=True),)
            ),
            violates=True,
        ),
        Example(name="one of its own", posture=an_account(), violates=False),
        Example(
            name="no endpoint",
            posture=an_account(endpoints=(EndpointPosture(vpc="vpc-0b", is_open=True),)),
            violates=False,
        ),
    ),
)
