"""The value travels by a public address: whoever holds the caller's credentials can use them from anywhere.

What came by no VPC endpoint and shows a public address came by the internet, or by the NAT gateway of a VPC, which is
the same to Secrets Manager: no policy can tell it from anybody else's call.

Source: Secrets Manager user guide, vpc-endpoint-overview; CloudTrail user guide, record contents (vpcEndpointId,
sourceIPAddress); design facts 2.6.
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


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire for consumers that read from a public address."""
    public = [one for one in seen(secret.use).consumers if one.from_public > 0]
    if not public:
        return None
    public = most_first(public, lambda one: one.from_public)
    reads = sum(one.from_public for one in public)
    return Violation(
        reason=(
            f"{counted(reads, 'read')} of {counted(len(public), 'caller')} came from public addresses and by no VPC "
            f"endpoint, most of them of {short_name(public[0].principal)}"
        ),
        evidence=first_of([f"{one.principal}: {one.from_public:,} of {counted(one.reads, 'read')}" for one in public]),
    )


def _reader(**other: object) -> ReaderUse:
    return ReaderUse(**{"principal": "role/app", "reads": 24, "through_endpoint": 20, "from_public": 4, **other})  # type: ignore[arg-type]


CHECK = Check(
    id="vpc.public-reads",
    practice=Practice.VPC,
    about=SecretPosture,
    title="It is read over the internet",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Give the caller's VPC an interface endpoint for Secrets Manager with private DNS. Once all come by it, deny "
        "the others in the secret's resource policy (aws:SourceVpce); that also turns away services of AWS and people "
        "who do not come through the VPC."
    ),
    command=(
        "aws ec2 create-vpc-endpoint --region {region} --vpc-endpoint-type Interface --vpc-id VPC_ID "
        "--service-name com.amazonaws.{region}.secretsmanager --private-dns-enabled --subnet-ids SUBNET_ID "
        "--security-group-ids GROUP_ID"
    ),
    sources=("Secrets Manager user guide, vpc-endpoint-overview", "CloudTrail user guide, record contents"),
    well_architected=("SEC05-BP02",),
    blind_spots="Calls by the NAT gateway of a VPC look like calls from the internet; only their owner can tell.",
    of_managed=True,
    of_replicas=True,
    examples=(
        Example(name="some reads", posture=a_secret(use=a_use(_reader())), violates=True),
        Example(
            name="all by the endpoint",
            posture=a_secret(use=a_use(_reader(through_endpoint=24, from_public=0))),
            violates=False,
        ),
        Example(name="AWS itself", posture=a_secret(use=a_use(_reader(kind=ReaderKind.SERVICE))), violates=False),
    ),
)
