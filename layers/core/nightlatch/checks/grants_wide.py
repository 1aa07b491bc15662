"""An IAM policy of yours lets somebody come to every secret: one stolen session takes them all.

It lets them read any value, or write any resource policy, by which they let themselves read.

Source: IAM user guide, grant least privilege; Secrets Manager user guide, permissions reference; design facts 2.10.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import AccountPosture, GrantPosture
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import an_account
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen

_MOST_NAMED = 20  # findings are stored and sent


def evaluate(account: AccountPosture, _terms: Terms) -> Verdict:
    """Fire where policies that the account wrote itself grant too much, the first of them named."""
    wide = [one for one in seen(account.grants) if not one.is_by_aws]
    if not wide:
        return None
    holders = {holder for one in wide for holder in one.attached_to}
    left = len(wide) - _MOST_NAMED
    return Violation(
        reason=f"policies that open every secret: {len(wide)}; held by {len(holders)} roles, users or groups",
        evidence=(*map(_said, wide[:_MOST_NAMED]), *((f"and {left} more",) if left > 0 else ())),
    )


def _said(grant: GrantPosture) -> str:
    held = f", held by {', '.join(grant.attached_to)}" if grant.attached_to else ", held by nobody now"
    return f"{grant.policy} grants {', '.join(grant.actions)}{held}"


_ADMIN = GrantPosture(
    policy="arn:aws:iam::111122223333:policy/everything",
    actions=("secretsmanager:*",),
    attached_to=("arn:aws:iam::111122223333:role/ci",),
)
_READER = GrantPosture(
    policy="inline policy read of worker",
    actions=("secretsmanager:Get*",),
    attached_to=("arn:aws:iam::111122223333:role/worker",),
)
_BY_AWS = GrantPosture(
    policy="arn:aws:iam::aws:policy/SecretsManagerReadWrite",
    actions=("secretsmanager:*",),
    attached_to=("arn:aws:iam::111122223333:role/ci",),
    is_by_aws=True,
)

CHECK = Check(
    id="grants.wide",
    practice=Practice.PILLAR,
    about=AccountPosture,
    title="IAM policies of yours open every secret",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Name the actions that each holder calls and the secrets that it needs, by ARN or by a tag, in a new version "
        "of the policy. What a holder calls is in CloudTrail and in IAM's last accessed information; what is left out "
        "fails at once."
    ),
    command="aws iam list-policies --scope Local --only-attached",
    sources=("IAM user guide, best-practices (least privilege)", "Secrets Manager user guide, auth-and-access"),
    well_architected=("SEC03-BP02", "SEC03-BP04"),
    blind_spots=(
        "What a Deny of another policy and the organisation's policies take away again is not worked out, nor what one "
        "may get by taking on another role. A permissions boundary that AWS does not list takes nothing away. A prefix "
        "of names, such as prod/*, counts as a choice, however many secrets it meets; so does any condition on a tag "
        "that names a value. Who may only write or delete every secret is not told."
    ),
    examples=(
        Example(name="everything, on every secret", posture=an_account(grants=(_ADMIN,)), violates=True),
        Example(name="reading alone, of every secret", posture=an_account(grants=(_READER,)), violates=True),
        Example(name="a policy of AWS", posture=an_account(grants=(_BY_AWS,)), violates=False),
        Example(name="none", posture=an_account(), violates=False),
    ),
)
