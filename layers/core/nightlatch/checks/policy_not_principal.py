"""A statement of the resource policy allows everybody who is not on its list: that list never holds the stranger.

Source: IAM user guide, NotPrincipal ("never use it with Allow": anonymous users are among those let in).
"""

from __future__ import annotations

from nightlatch.domain.aws_policies.policy_statements import SECRETS, effect_of, is_about
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import a_policy, a_secret, an_allowance
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.stated_policies import stated_policy
from nightlatch.domain.posture.terms import Terms


def evaluate(secret: SecretPosture, _terms: Terms) -> Verdict:
    """Fire on Allow with NotPrincipal, whatever its conditions are."""
    statements = Parameters(stated_policy(secret)).children("Statement")
    found = [number for number, one in enumerate(statements, start=1) if _lets_in_the_rest(one)]
    if not found:
        return None
    return Violation(reason=f"statement {found[0]} of its policy allows whoever is not named in it")


def _lets_in_the_rest(statement: Parameters) -> bool:
    return statement.has("NotPrincipal") and effect_of(statement) == "allow" and is_about(statement, SECRETS)


_NAMED = {"AWS": "arn:aws:iam::111122223333:role/app"}


def _for_the_rest(effect: str) -> SecretPosture:
    statement = {"Effect": effect, "NotPrincipal": _NAMED, "Action": "secretsmanager:*", "Resource": "*"}
    return a_secret(policy_text=a_policy(statement))


CHECK = Check(
    id="policy.not-principal",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="Its resource policy allows whoever it does not name",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy="Write the statement anew, its Principal the roles that need the secret; whoever is not named loses it.",
    command=(
        "aws secretsmanager put-resource-policy --region {region} --secret-id {arn} --block-public-policy "
        "--resource-policy file://POLICY_FILE"
    ),
    sources=("IAM user guide, reference_policies_elements_notprincipal",),
    well_architected=("SEC03-BP07", "SEC03-BP02"),
    covers=("prowler:secretsmanager_has_restrictive_resource_policy",),
    of_managed=True,
    blind_spots="A condition beside it may narrow it; it fires all the same, for nobody should have to work that out.",
    examples=(
        Example(name="allows the rest", posture=_for_the_rest("Allow"), violates=True),
        Example(name="denies the rest", posture=_for_the_rest("Deny"), violates=False),
        Example(name="names a role", posture=a_secret(policy_text=a_policy(an_allowance(_NAMED))), violates=False),
    ),
)
