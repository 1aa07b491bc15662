"""The resource policy lets in an account that is neither this one nor trusted: its administrators decide who reads.

What counts is who is let in after all conditions: an account named as the principal, or the only one that a condition
leaves of everybody.

Source: Secrets Manager user guide, cross-account access; IAM user guide, Principal.
"""

from __future__ import annotations

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.aws_policies.resource_policies import Reach, grants
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import NOW, a_policy, a_secret, an_allowance
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.stated_policies import stated_policy
from nightlatch.domain.posture.terms import Terms


def evaluate(secret: SecretPosture, terms: Terms) -> Verdict:
    """Fire on each such account; one that our organisation's condition keeps inside is ours."""
    own, inventory = frozenset({secret.account_id}), terms.inventory
    reached = {
        grant: frozenset(one for one in grant.accounts_reached(own) if not inventory.trusts(one))
        for grant in grants(stated_policy(secret), secret.secret)
    }
    reaches = {grant: grant.within(inventory.organization_id) for grant, some in reached.items() if some}
    strangers = sorted({one for grant, reach in reaches.items() if reach is Reach.OPEN for one in reached[grant]})
    if strangers:
        return Violation(reason=f"its policy lets in {_accounts(strangers)}, neither this one nor trusted")
    if Reach.ORGANIZATION in reaches.values():
        named = sorted({one for some in reached.values() for one in some})
        return Violation(
            reason=f"its policy lets in {_accounts(named)} of an organisation, and which one is ours is not known",
            severity=Severity.LOW,
        )
    return None


def _accounts(accounts: list[str]) -> str:
    return f"account{'s' if len(accounts) > 1 else ''} {', '.join(accounts)}"


def _under(*statements: object) -> SecretPosture:
    return a_secret(policy_text=a_policy(*statements))


_STRANGER = "999988887777"
_ROOT = {"AWS": f"arn:aws:iam::{_STRANGER}:root"}
_ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}

CHECK = Check(
    id="policy.foreign-account",
    practice=Practice.PILLAR,
    about=SecretPosture,
    title="Its resource policy lets in an account that nobody vouches for",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Ask whose account that is: yours or a partner's belongs into the trusted accounts of the policy. Else take "
        "the statement out, look who has read the secret from there, and change the credential where anybody did."
    ),
    command=(
        "aws secretsmanager put-resource-policy --region {region} --secret-id {arn} --block-public-policy "
        "--resource-policy file://POLICY_FILE"
    ),
    sources=("Secrets Manager user guide, auth-and-access_examples_cross", "IAM user guide, Principal"),
    well_architected=("SEC03-BP07", "SEC03-BP09"),
    covers=("prowler:secretsmanager_has_restrictive_resource_policy",),
    of_managed=True,
    blind_spots=(
        "A role of this account that strangers may take is not seen here, nor an account that an IAM policy names. An "
        "account inside an organisation's condition counts as ours once the policy file names the organisation."
    ),
    examples=(
        Example(name="an account", posture=_under(an_allowance(_ROOT)), violates=True, severity=Severity.HIGH),
        Example(
            name="everybody of an account",
            posture=_under(an_allowance("*", Condition={"StringEquals": {"aws:PrincipalAccount": _STRANGER}})),
            violates=True,
        ),
        Example(
            name="an account of an organisation that may be ours",
            posture=_under(an_allowance(_ROOT, Condition=_ORGANIZATION)),
            violates=True,
            severity=Severity.LOW,
        ),
        Example(
            name="a trusted account",
            posture=_under(an_allowance(_ROOT)),
            violates=False,
            terms=Terms(now=NOW, inventory=Inventory(trusted_accounts=frozenset({_STRANGER}))),
        ),
        Example(
            name="this account",
            posture=_under(an_allowance({"AWS": "arn:aws:iam::111122223333:root"})),
            violates=False,
        ),
    ),
)
