"""A rotation function's lines are encrypted with AWS's key: whoever may read logs reads them, no key policy asked.

Source: CloudWatch Logs user guide, encrypting log data with KMS. The AWS Config rule cloudwatch-log-group-encrypted
asks the same of every log group; this check asks it of rotation functions' alone, so it does not stand in for the rule.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import a_function, a_log_group
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.rotators import lines_of
from nightlatch.domain.posture.terms import Terms


def evaluate(function: FunctionPosture, _terms: Terms) -> Verdict:
    """Fire for a group without a key of the customer's."""
    group = lines_of(function)
    if isinstance(group, Spared):
        return group
    if group.key is not None:
        return None
    return Violation(
        reason="no key of your own encrypts its lines",
        evidence=(f"log group {group.name}",),
        values=(("log_group", group.name),),
    )


CHECK = Check(
    id="logging.no-customer-key",
    practice=Practice.LOGGING,
    about=FunctionPosture,
    title="No key of your own encrypts its log lines",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Give the log group a KMS key whose policy lets CloudWatch Logs of this Region use it. Lines from before stay "
        "as they are, and whoever reads new ones needs kms:Decrypt; without the key, nobody reads them."
    ),
    command="aws logs associate-kms-key --region {region} --log-group-name {log_group} --kms-key-id KEY_ARN",
    sources=("CloudWatch Logs user guide, encrypting log data", "AWS Config, cloudwatch-log-group-encrypted"),
    well_architected=("SEC08-BP02",),
    examples=(
        Example(name="AWS's own key", posture=a_log_group(key=None), violates=True),
        Example(name="a key of the customer's", posture=a_log_group(), violates=False),
        Example(name="nothing written yet", posture=a_function(log_group=None), violates=False),
    ),
)
