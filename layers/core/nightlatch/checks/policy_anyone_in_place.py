"""The resource policy lets in everybody who comes from some place, and says nothing of who they are.

AWS does not call such a policy public, and its check lets it pass. Yet whoever is in the VPC, or behind the address,
reads the secret with credentials of any account: those of an intruder's own account, and every role of this one that
IAM gave nothing.

Source: Amazon S3 user guide, the meaning of "public" (a fixed aws:SourceIp, aws:SourceVpc or aws:SourceVpce is not);
IAM user guide, global condition keys; Secrets Manager user guide, best practices (use aws:SourceIp with caution).
"""

from __future__ import annotations

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.aws_policies.policy_conditions import Limit
from nightlatch.domain.aws_policies.resource_policies import grants
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import NOW, a_policy, a_secret, an_allowance
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.stated_policies import stated_policy
from nightlatch.domain.posture.terms import Terms


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire on a statement that only a place narrows; addresses that anybody may rent are graver than one's own VPC."""
    organization = terms.inventory.organization_id
    found = [(grant, grant.places(organization)) for grant in grants(stated_policy(secret), secret.secret)]
    wide = [(grant, places) for grant, places in found if places]
    if not wide:
        return None
    grant, places = next((one for one in wide if not _is_in_network(one[1])), wide[0])
    where = "a VPC or its endpoint" if _is_in_network(places) else "some addresses"
    return Violation(
        reason=f"statement {grant.number} of its policy lets in everybody who comes from {where}, whoever that is",
        severity=None if _is_in_network(places) else Severity.HIGH,
    )


def _is_in_network(places: tuple[Limit, ...]) -> bool:
    return any(limit.is_network for limit in places)


def _from(condition: object) -> SecretPosture:
    return a_secret(policy_text=a_policy(an_allowance("*", Condition=condition)))


_ORGANIZATION = "o-a1b2c3d4e5"
_ENDPOINT = {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}
_OF_OURS = {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0", "aws:PrincipalOrgID": _ORGANIZATION}}
_OFFICE = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}

CHECK = Check(
    id="policy.anyone-in-place",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="Its resource policy lets in everybody from one place",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Name the roles that need it as the principals of that statement and keep the place beside them, or say who "
        "by aws:PrincipalOrgID or aws:PrincipalAccount. Whoever reads it with another role loses it: look first who "
        "has."
    ),
    command=(
        "aws secretsmanager put-resource-policy --region {region} --secret-id {arn} --block-public-policy "
        "--resource-policy file://POLICY_FILE"
    ),
    sources=("IAM user guide, reference_policies_condition-keys", "Secrets Manager user guide, best-practices"),
    well_architected=("SEC03-BP07", "SEC03-BP02"),
    covers=("prowler:secretsmanager_has_restrictive_resource_policy",),
    of_managed=True,
    blind_spots=(
        "Whose the VPC, the endpoint or the addresses are is not known here, nor how many stand behind an address. "
        "What the key's policy and the endpoint's forbid is not weighed. As for AWS, as many addresses as an IPv4 /8 "
        "are a place; more are everybody, which policy.public tells."
    ),
    examples=(
        Example(
            name="everybody through an endpoint", posture=_from(_ENDPOINT), violates=True, severity=Severity.MEDIUM
        ),
        Example(name="everybody from an address", posture=_from(_OFFICE), violates=True, severity=Severity.HIGH),
        Example(
            name="another organisation's through an endpoint",
            posture=_from(_OF_OURS),
            violates=True,
            terms=Terms(now=NOW, inventory=Inventory(organization_id="o-zzzzzzzzzz")),
        ),
        Example(
            name="ours through an endpoint",
            posture=_from(_OF_OURS),
            violates=False,
            terms=Terms(now=NOW, inventory=Inventory(organization_id=_ORGANIZATION)),
        ),
        Example(
            name="a role through an endpoint",
            posture=a_secret(
                policy_text=a_policy(an_allowance({"AWS": "arn:aws:iam::111122223333:role/app"}, Condition=_ENDPOINT))
            ),
            violates=False,
        ),
        Example(name="everybody, which is told by itself", posture=_from({}), violates=False),
        Example(name="no policy", posture=a_secret(policy_text=None), violates=False),
    ),
)
