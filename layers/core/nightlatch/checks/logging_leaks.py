"""The scan met keys with a value behind them, or tokens of a known form, in a rotation function's lines.

The scan is asked for by the operator (`audit` section of the policy file), keeps no line, and gives kinds alone.

Source: Secrets Manager user guide, best practices ("make sure the log doesn't include any sensitive data from the
secret"); design facts 2.4; ruling 23.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import a_function, a_log_group
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.listing import counted, first_of
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.rotators import lines_of
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(function: FunctionPosture, _terms: Terms) -> Verdict:
    """Fire for whatever the scan met."""
    group = lines_of(function)
    if isinstance(group, Spared):
        return group
    leaks = seen(group.leaks)
    if leaks is None:
        return Spared("nobody asked to scan its lines")
    if not leaks:
        return None
    return Violation(
        reason=f"its lines hold {counted(len(leaks), 'kind')} of what belongs into secrets",
        evidence=(f"log group {group.name}", *first_of(leaks)),
        values=(("log_group", group.name),),
    )


CHECK = Check(
    id="logging.leaks",
    practice=Practice.LOGGING,
    about=FunctionPosture,
    title="It writes what belongs into secrets to its log",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Take the statement out of the function's code, rotate every secret that it rotates, then delete the streams "
        "that hold such lines. Rotate first: whoever read the log has the value, and a deleted stream takes the "
        "evidence of it along."
    ),
    command="aws logs describe-log-streams --region {region} --log-group-name {log_group} --order-by LastEventTime",
    sources=("Secrets Manager user guide, best practices: mitigate the risks of logging and debugging",),
    well_architected=("SEC02-BP03", "SEC07-BP02"),
    blind_spots="The scan looks at recent lines of rotation functions, and only where the operator asked for it.",
    examples=(
        Example(name="a key of a secret", posture=a_log_group(leaks=("a key of JSON named password",)), violates=True),
        Example(name="nothing met", posture=a_log_group(), violates=False),
        Example(name="nobody asked to scan", posture=a_log_group(leaks=None), violates=False),
        Example(name="nothing written yet", posture=a_function(log_group=None), violates=False),
    ),
)
