"""A ready-made policy of AWS lets somebody come to every secret of the account: it was written for no one's need.

AWS may widen such a policy at any time, and it names all secrets. Those of administrators are no exception: whoever
holds one reads every value. Roles that are linked to a service of AWS are, for nobody else can take them on.

Source: Secrets Manager user guide, AWS managed policies (SecretsManagerReadWrite,
AWSSecretsManagerClientReadOnlyAccess); IAM user guide, get started with managed policies and move to least privilege;
design facts 7.1.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import AccountPosture, GrantPosture
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import an_account
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(account: AccountPosture, _terms: Terms) -> Verdict:
    """Fire where somebody holds such a policy; one that nobody holds grants nothing."""
    held = [one for one in seen(account.grants) if one.is_by_aws and one.attached_to]
    if not held:
        return None
    holders = {holder for one in held for holder in one.attached_to}
    return Violation(
        reason=f"ready-made policies held: {len(held)}; by {len(holders)} roles, users or groups",
        evidence=tuple(f"{one.policy} held by {', '.join(one.attached_to)}" for one in held),
        values=(("policy", held[0].policy),),
    )


def _held_by(*holders: str, is_by_aws: bool = True) -> AccountPosture:
    grant = GrantPosture(
        policy="arn:aws:iam::aws:policy/SecretsManagerReadWrite",
        actions=("secretsmanager:*",),
        attached_to=holders,
        is_by_aws=is_by_aws,
    )
    return an_account(grants=(grant,))


_CI = "arn:aws:iam::111122223333:role/ci"

CHECK = Check(
    id="grants.by-aws",
    practice=Practice.PILLAR,
    about=AccountPosture,
    title="Ready-made policies of AWS open every secret",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Give each holder a policy of its own that names its secrets, then take this one away from it. What a holder "
        "calls is in CloudTrail, and in IAM's last accessed information; whatever is left out fails at once."
    ),
    command="aws iam list-entities-for-policy --policy-arn {policy}",
    sources=("Secrets Manager user guide, reference_available-policies", "IAM user guide, best-practices"),
    well_architected=("SEC03-BP02", "SEC03-BP04"),
    blind_spots=(
        "What a Deny of another policy and the organisation's policies take away again is not worked out. An "
        "administrator who is meant to have everything is told, too, and a mute of this check would silence all others "
        "with it. The command names the holders of the first policy."
    ),
    examples=(
        Example(name="a role holds one", posture=_held_by(_CI), violates=True),
        Example(name="nobody holds it", posture=_held_by(), violates=False),
        Example(name="a policy of the account's own", posture=_held_by(_CI, is_by_aws=False), violates=False),
        Example(name="none", posture=an_account(), violates=False),
    ),
)
