"""Nothing masks credentials in a rotation function's lines: one careless line, and they stand there in clear text.

Source: CloudWatch Logs user guide, masking sensitive log data (managed identifiers for AWS secret keys and private
keys); CloudWatch Logs API reference, GetDataProtectionPolicy; design facts 2.4. Which forms AWS recognises is AWS's to
say; a database's password has none.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import a_function, a_log_group
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.rotators import lines_of
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(function: FunctionPosture, _terms: Terms) -> Verdict:
    """Fire for a group without a data protection policy."""
    group = lines_of(function)
    if isinstance(group, Spared):
        return group
    if seen(group.has_data_protection):
        return None
    return Violation(
        reason="no data protection policy masks what leaks into its lines",
        evidence=(f"log group {group.name}",),
        values=(("log_group", group.name),),
    )


CHECK = Check(
    id="logging.no-data-protection",
    practice=Practice.LOGGING,
    about=FunctionPosture,
    title="No data protection policy masks its log lines",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Give the log group a data protection policy that audits and masks credentials, with an identifier of your own "
        "for the form of your passwords. It masks new lines alone, costs by the gigabyte, and whoever must see the "
        "clear text needs logs:Unmask."
    ),
    command=(
        "aws logs put-data-protection-policy --region {region} --log-group-identifier {log_group} "
        "--policy-document file://data-protection.json"
    ),
    sources=("CloudWatch Logs user guide, masking sensitive log data", "Secrets Manager user guide, best practices"),
    well_architected=("SEC07-BP02",),
    blind_spots="What a policy looks for is not judged.",
    examples=(
        Example(name="none", posture=a_log_group(has_data_protection=False), violates=True),
        Example(name="one", posture=a_log_group(), violates=False),
        Example(name="nothing written yet", posture=a_function(log_group=None), violates=False),
    ),
)
