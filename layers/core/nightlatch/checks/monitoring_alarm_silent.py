"""An alarm of nightlatch tells nobody: its actions are off or it has none, so a dead monitor looks like a quiet day.

Source: CloudWatch API reference, MetricAlarm (ActionsEnabled, AlarmActions). Security Hub's CloudWatch.15 and .17 ask
the same of every alarm; this check asks it of nightlatch's own.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import GONE, AccountPosture
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import an_account, an_alarm
from nightlatch.domain.posture.listing import counted, first_of
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen
from nightlatch.domain.watching.putting_back import HOW, PUT_BACK

_ALARM = "ALARM"


def evaluate(account: AccountPosture, _terms: Terms) -> Verdict:
    """Fire for alarms that tell nobody, higher where one of them is ringing, and where a stack has no alarm left."""
    alarms = seen(account.alarms)
    if not alarms:
        return Violation(reason="none of its alarms is there", severity=Severity.HIGH, command=PUT_BACK)
    silent = sorted((one for one in alarms if not one.is_telling), key=lambda one: (one.state != _ALARM, one.name))
    if not silent:
        return None
    ringing = sum(one.state == _ALARM for one in silent)
    heard = f", and {counted(ringing, 'of them is', 'of them are')} in alarm now" if ringing else ""
    return Violation(
        reason=f"{counted(len(silent), 'alarm tells', 'alarms tell')} nobody{heard}",
        severity=Severity.HIGH if ringing else None,
        evidence=first_of([f"{one.name}: {one.state}" for one in silent]),
        command=PUT_BACK if silent[0].state == GONE else None,
        values=(("alarm", silent[0].name),),
    )


CHECK = Check(
    id="monitoring.alarm-silent",
    practice=Practice.MONITORING,
    about=AccountPosture,
    title="An alarm of nightlatch tells nobody",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Turn the alarm's actions on; whoever turned them off for work of their own will be called again. Where it "
        f"has none, or is gone, have the stack put back. {HOW}"
    ),
    command="aws cloudwatch enable-alarm-actions --region {region} --alarm-names {alarm}",
    sources=("CloudWatch API reference, MetricAlarm", "CloudFormation user guide, drift-aware change sets"),
    well_architected=("SEC04-BP03", "SEC10-BP06"),
    blind_spots="Whether anybody subscribes to the topic that an alarm tells is not looked at.",
    examples=(
        Example(
            name="actions off",
            posture=an_account(alarms=(an_alarm(is_telling=False),)),
            violates=True,
            severity=Severity.MEDIUM,
        ),
        Example(
            name="actions off while it rings",
            posture=an_account(alarms=(an_alarm(is_telling=False, state=_ALARM),)),
            violates=True,
            severity=Severity.HIGH,
        ),
        Example(name="gone", posture=an_account(alarms=(an_alarm(is_telling=False, state=GONE),)), violates=True),
        Example(name="none left", posture=an_account(alarms=()), violates=True, severity=Severity.HIGH),
        Example(name="it rings and tells", posture=an_account(alarms=(an_alarm(state=_ALARM),)), violates=False),
    ),
)
