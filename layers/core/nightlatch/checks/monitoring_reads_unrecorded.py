"""The trails of this Region leave reads out: whoever copies every secret leaves no line anywhere.

Source: CloudTrail API reference, EventSelector (ReadWriteType) and AdvancedFieldSelector; CloudTrail calls
GetSecretValue a read-only management event; design facts 4 (a trail for writes alone silences alerts about reads).
"""

from __future__ import annotations

from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.checks import Check, Example, Spared, Verdict, Violation
from nightlatch.domain.posture.examples import a_trail, an_account
from nightlatch.domain.posture.listing import first_of
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(account: AccountPosture, _terms: Terms) -> Verdict:
    """Fire where trails are logging and none of them keeps reads."""
    logging = [one for one in seen(account.trails) if one.is_logging]
    if not logging:
        return Spared("no trail is logging, which is told by itself")
    if any(one.keeps(Loss.READS) for one in logging):
        return None
    first = min(logging, key=lambda one: one.arn)
    return Violation(
        reason="no trail here records reads of secrets",
        evidence=first_of(sorted(f"{one.name} leaves them out" for one in logging)),
        values=(("trail", first.arn), ("home", first.home)),
    )


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
