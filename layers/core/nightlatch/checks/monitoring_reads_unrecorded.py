"""The trails of this Region leave reads out: whoever copies every secret leaves no line anywhere.

Source: CloudTrail API reference, EventSelector (ReadWriteType) and AdvancedFieldSelector; CloudTrail calls
GetSecretValue a read-only management event; design facts 4 (a trail for writes alone silences alerts about reads).
"""

from __future__ import annotations

from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.account_verdicts import unrecorded
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.checks import Check, Example, Verdict
from nightlatch.domain.posture.examples import a_trail, an_account
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms


def evaluate(account: AccountPosture, _terms: Terms) -> Verdict:
    """Fire where trails are logging and none of them keeps reads."""
    return unrecorded(account, "no trail here records reads of secrets", lambda one: one.keeps(Loss.READS))


CHECK = Check(
    id="monitoring.reads-unrecorded",
    practice=Practice.MONITORING,
    about=AccountPosture,
    title="No trail records reads of secrets",
    severity=Severity.HIGH,
    evaluate=evaluate,
    remedy=(
        "Let a trail record management events of both kinds. The call replaces all its selectors: write those for data "
        "events into it, too. A second copy of management events costs by the event."
    ),
    command=(
        "aws cloudtrail put-event-selectors --region {home} --trail-name {trail} "
        "--event-selectors ReadWriteType=All,IncludeManagementEvents=true"
    ),
    sources=("CloudTrail API reference, EventSelector", "Secrets Manager user guide, monitoring-cloudtrail"),
    well_architected=("SEC04-BP01",),
    examples=(
        Example(name="writes alone", posture=an_account(trails=(a_trail(losses=(Loss.READS,)),)), violates=True),
        Example(name="reads, too", posture=an_account(), violates=False),
        Example(
            name="one of two",
            posture=an_account(trails=(a_trail(losses=(Loss.READS,)), a_trail(name="other"))),
            violates=False,
        ),
        Example(name="no trail is logging", posture=an_account(trails=(a_trail(is_logging=False),)), violates=False),
    ),
)
