"""The resource policy lets everybody in, or any customer of a service of AWS, and nothing narrows that.

Anybody with an account at AWS may then read the secret, as far as its key lets them. Most conditions that look narrow
are not: those that hold where the key is missing, and those with a wildcard for a value.

Source: Secrets Manager user guide, resource policies, and API reference, PutResourcePolicy (BlockPublicPolicy); IAM
user guide, Principal, and the confused deputy problem.
"""

from __future__ import annotations

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.aws_policies.resource_policies import Grant, Reach, grants
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import NOW, a_policy, a_secret, an_allowance
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.stated_policies import stated_policy
from nightlatch.domain.posture.terms import Terms


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire on a statement that nothing narrows; one organisation, where ours is not known, is LOW."""
    organization = terms.inventory.organization_id
    found = [(grant, grant.reach(organization)) for grant in grants(stated_policy(secret), secret.secret)]
    wide = [grant for grant, reach in found if reach is Reach.OPEN]
    if wide:
        return Violation(
            reason=f"statement {wide[0].number} of its policy lets in {_whom(wide[0])}, and nothing narrows it"
        )
    if any(reach is Reach.ORGANIZATION for _, reach in found):
        return Violation(
            reason="its policy lets in everybody of one organisation, and which one is ours is not known",
            severity=Severity.LOW,
        )
    return None


def _whom(grant: Grant) -> str:
    return "everybody" if grant.anyone else "a service of AWS on behalf of any customer"


def _under(*statements: object) -> SecretPosture:
    return a_secret(policy_text=a_policy(*statements))


_OURS = Terms(now=NOW, inventory=Inventory(organization_id="o-a1b2c3d4e5"))
_ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
_IF_EXISTS = {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}

CHECK = Check(
    id="policy.public",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="Its resource policy lets everybody in",
    severity=Severity.CRITICAL,
    evaluate=evaluate,
    remedy=(
        "Name the roles that need it in the statement that lets everybody in, and keep every other statement, each "
        "Deny above all. Readers of other accounts that are not named lose it. Look who has read it from outside, and "
        "change the credential where anybody did."
    ),
    command=(
        "aws secretsmanager put-resource-policy --region {region} --secret-id {arn} --block-public-policy "
        "--resource-policy file://POLICY_FILE"
    ),
    sources=("Secrets Manager user guide, auth-and-access_resource-policies", "IAM user guide, Principal"),
    well_architected=("SEC03-BP07", "SEC08-BP04"),
    covers=(
        "prowler:secretsmanager_not_publicly_accessible",
        "prowler:secretsmanager_has_restrictive_resource_policy",
    ),
    of_managed=True,
    blind_spots=(
        "Whether the key's policy lets outsiders decrypt is not judged, nor what an organisation's policies forbid. A "
        "condition key that is not in our table never counts as narrowing, so an unusual narrow policy fires. "
        "Everybody within a place is not public, as for AWS, and is told by policy.anyone-in-place."
    ),
    examples=(
        Example(name="everybody", posture=_under(an_allowance("*")), violates=True, severity=Severity.CRITICAL),
        Example(
            name="a condition that holds without its key",
            posture=_under(an_allowance({"AWS": ["*"]}, Condition=_IF_EXISTS)),
            violates=True,
        ),
        Example(
            name="a service, for any customer",
            posture=_under(an_allowance({"Service": "events.amazonaws.com"})),
            violates=True,
        ),
        Example(
            name="an organisation, and ours is not known",
            posture=_under(an_allowance("*", Condition=_ORGANIZATION)),
            violates=True,
            severity=Severity.LOW,
        ),
        Example(
            name="our organisation",
            posture=_under(an_allowance("*", Condition=_ORGANIZATION)),
            violates=False,
            terms=_OURS,
        ),
        Example(
            name="a role of this account",
            posture=_under(an_allowance({"AWS": "arn:aws:iam::111122223333:role/app"})),
            violates=False,
        ),
        Example(name="no policy", posture=a_secret(policy_text=None), violates=False),
    ),
)
