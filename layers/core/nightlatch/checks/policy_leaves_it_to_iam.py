"""A crown jewel has no policy that shuts out whoever is not named: any administrator's slip in IAM opens it.

Most secrets are well kept by IAM alone. For those of the tier `crown` a statement that denies everybody but a few roles
holds even where somebody grants too much elsewhere. One that goes by where a caller is, or by how it calls, says
nothing of who: whoever IAM lets in passes it.

Source: Secrets Manager user guide, resource policies; IAM user guide, policy evaluation (an explicit Deny wins),
aws:PrincipalArn.
"""

from __future__ import annotations

from nightlatch.domain.account.tiers import TAG, Tier, tagged_tier, tier_of
from nightlatch.domain.aws_policies.policy_conditions import limits_by_denial
from nightlatch.domain.aws_policies.policy_statements import (
    EVERYBODY,
    effect_of,
    principals_named,
    principals_of,
    reaches,
)
from nightlatch.domain.aws_policies.resource_policies import concerns
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import a_policy, a_secret, an_allowance
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.stated_policies import stated_policy
from nightlatch.domain.posture.terms import Terms

_READING = "secretsmanager:getsecretvalue"


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire on a secret of the tier crown whose policy denies reading to nobody, or with a hole."""
    tier = tier_of((secret.secret,), terms.inventory.tiers, lambda _: tagged_tier(dict(secret.tags)))
    if tier is not Tier.CROWN:
        return Spared(f"it is of the tier {tier}; only crown jewels are asked for this")
    statements = Parameters(stated_policy(secret)).children("Statement")
    if any(concerns(one, secret.secret) and _shuts_out(one) for one in statements):
        return None
    return Violation(reason="it is a crown jewel, and no statement of its policy keeps all but a few from reading it")


def _shuts_out(statement: Parameters) -> bool:
    """Tell whether a Deny leaves reading to those alone whom it names: by NotPrincipal, or by one condition on who."""
    if effect_of(statement) != "deny" or not reaches(statement, _READING):
        return False
    if statement.has("NotPrincipal"):
        return not statement.get("Condition") and _names_somebody(statement.get("NotPrincipal"))
    is_total = principals_of(statement) == EVERYBODY
    return is_total and any(limit.says_who for limit in limits_by_denial(statement.get("Condition")))


def _names_somebody(value: object) -> bool:
    """Tell whether each of those a NotPrincipal leaves is somebody in particular."""
    named = principals_named(value)
    return bool(named) and not any("*" in text for text in named)


def _crown(*statements: object) -> SecretPosture:
    return a_secret(tags=((TAG, "crown"), ("owner", "orders")), policy_text=a_policy(*statements))


_APP = "arn:aws:iam::111122223333:role/app"
_DENY = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
_BUT_APP = {**_DENY, "Condition": {"ArnNotEquals": {"aws:PrincipalArn": _APP}}}
_BUT_PLACE = {**_DENY, "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}}
_BUT_NAMED = {**{key: value for key, value in _DENY.items() if key != "Principal"}, "NotPrincipal": {"AWS": _APP}}
_WITH_A_HOLE = {
    **_DENY,
    "Condition": {"ArnNotEquals": {"aws:PrincipalArn": _APP}, "Bool": {"aws:ViaAWSService": "false"}},
}

CHECK = Check(
    id="policy.leaves-it-to-iam",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="No policy of its own guards this crown jewel",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Add a statement that denies secretsmanager:GetSecretValue to everybody but the roles that read it, the one "
        "that rotates it and one for emergencies, by aws:PrincipalArn. Whoever is left out is shut out at once, so "
        "look first who has read it."
    ),
    command=(
        "aws secretsmanager put-resource-policy --region {region} --secret-id {arn} --block-public-policy "
        "--resource-policy file://POLICY_FILE"
    ),
    sources=("Secrets Manager user guide, auth-and-access_resource-policies", "IAM user guide, policy evaluation"),
    well_architected=("SEC03-BP02", "SEC08-BP04"),
    covers=("prowler:secretsmanager_has_restrictive_resource_policy",),
    blind_spots=(
        "Prowler asks this of every secret; here only those of the tier crown are asked. A Deny with several "
        "conditions counts as none, for it has holes. One that leaves a whole account or organisation in counts, and "
        "within that IAM still decides."
    ),
    examples=(
        Example(name="no policy", posture=a_secret(tags=((TAG, "crown"),)), violates=True),
        Example(name="it only allows", posture=_crown(an_allowance({"AWS": _APP})), violates=True),
        Example(name="a denial with a hole", posture=_crown(_WITH_A_HOLE), violates=True),
        Example(name="it denies all but a place", posture=_crown(_BUT_PLACE), violates=True),
        Example(name="it denies all but those it names", posture=_crown(_BUT_NAMED), violates=False),
        Example(name="it denies all but a role", posture=_crown(_BUT_APP), violates=False),
        Example(name="no crown jewel", posture=a_secret(), violates=False),
    ),
)
