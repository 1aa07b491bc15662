"""A rotation function's lines go on to another place: what leaks into them leaks there, too.

Source: CloudWatch Logs API reference, DescribeSubscriptionFilters; design facts 2.4.
"""

from __future__ import annotations

from nightlatch.domain.aws_policies.policy_conditions import account_of
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import a_function, a_log_group
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.listing import counted, first_of
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.rotators import lines_of
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(function: FunctionPosture, terms: Terms) -> Verdict:
    """Fire where lines are forwarded; higher where to an account that nobody named as trusted."""
    group = lines_of(function)
    if isinstance(group, Spared):
        return group
    places = seen(group.forwarded_to)
    if not places:
        return None
    foreign = sorted({account for place in places if (account := _foreign(place, function, terms)) is not None})
    where = f", outside this account in {', '.join(foreign)}" if foreign else ""
    return Violation(
        reason=f"its lines are forwarded to {counted(len(places), 'place')}{where}",
        severity=Severity.HIGH if foreign else None,
        evidence=(f"log group {group.name}", *first_of(sorted(places))),
        values=(("log_group", group.name),),
    )


def _foreign(place: str, function: FunctionPosture, terms: Terms) -> str | None:
    account = account_of(place)
    if account is None or account == function.account_id or terms.inventory.trusts(account):
        return None
    return account


_IN_ACCOUNT = "arn:aws:lambda:eu-west-1:111122223333:function:ship-logs"
_OUTSIDE = "arn:aws:logs:eu-west-1:444455556666:destination:elsewhere"

CHECK = Check(
    id="logging.forwarded",
    practice=Practice.LOGGING,
    about=FunctionPosture,
    title="Its log lines are forwarded",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "See which filter sends them where, and take it away unless that place keeps them as short and as well as this "
        "group. Whatever watches the rotation from there sees it no more: move that watching first."
    ),
    command="aws logs describe-subscription-filters --region {region} --log-group-name {log_group}",
    sources=(
        "CloudWatch Logs API reference, DescribeSubscriptionFilters",
        "Secrets Manager user guide, best practices",
    ),
    well_architected=("SEC07-BP02",),
    blind_spots="A subscription policy for the whole account, and a stream that is read by a role, forward unseen.",
    examples=(
        Example(
            name="to another account",
            posture=a_log_group(forwarded_to=(_OUTSIDE,)),
            violates=True,
            severity=Severity.HIGH,
        ),
        Example(
            name="within the account",
            posture=a_log_group(forwarded_to=(_IN_ACCOUNT,)),
            violates=True,
            severity=Severity.LOW,
        ),
        Example(name="nowhere", posture=a_log_group(), violates=False),
        Example(name="nothing written yet", posture=a_function(log_group=None), violates=False),
    ),
)
