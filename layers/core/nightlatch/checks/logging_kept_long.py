"""A rotation function's lines are kept for ever, or longer than anybody reads them: what leaked into them stays.

Source: Secrets Manager user guide, best practices ("remove any logs that include sensitive information"); CloudWatch
Logs API reference, PutRetentionPolicy (a group without a policy keeps for ever; the days that may be chosen). Security
Hub's CloudWatch.16 asks for the contrary, a year at least, so it is not covered here.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import a_function, a_log_group
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.rotators import lines_of
from nightlatch.domain.posture.terms import Terms

CHOICES = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)


def evaluate(function: FunctionPosture, terms: Terms) -> Verdict:
    """Fire for a group without an end, or with one beyond the limit."""
    group, limit = lines_of(function), terms.limits.log_days
    if isinstance(group, Spared):
        return group
    kept = group.retention_days
    if kept is not None and kept <= limit:
        return None
    days = max((choice for choice in CHOICES if choice <= limit), default=CHOICES[0])
    return Violation(
        reason="its lines are kept for ever" if kept is None else f"its lines are kept for {kept:,} days",
        evidence=(f"log group {group.name}", f"limit: {limit} days"),
        values=(("log_group", group.name), ("days", str(days))),
    )


CHECK = Check(
    id="logging.kept-long",
    practice=Practice.LOGGING,
    about=FunctionPosture,
    title="Its log lines are kept for longer than they are of use",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Let the lines of the rotation function expire. Those that are older are gone for good some days later: keep "
        "elsewhere what an investigation may still need."
    ),
    command=("aws logs put-retention-policy --region {region} --log-group-name {log_group} --retention-in-days {days}"),
    sources=("Secrets Manager user guide, best practices", "CloudWatch Logs API reference, PutRetentionPolicy"),
    well_architected=("SEC07-BP04",),
    examples=(
        Example(name="for ever", posture=a_log_group(retention_days=None), violates=True),
        Example(name="for a year", posture=a_log_group(retention_days=365), violates=True),
        Example(name="as long as the limit", posture=a_log_group(retention_days=90), violates=False),
        Example(name="nothing written yet", posture=a_function(log_group=None), violates=False),
    ),
)
