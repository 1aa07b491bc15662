"""No trail records management events in this Region: nobody hears of a change, a read or a deletion.

EventBridge gets CloudTrail's events from a trail that is logging, so without one every rule of ours stays silent.

Source: EventBridge user guide, events from CloudTrail; CloudTrail user guide, management events; Security Hub,
CloudTrail.3; design facts 4.
"""

from __future__ import annotations

from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.checks import Check, Example, Verdict, Violation
from nightlatch.domain.posture.examples import a_trail, an_account
from nightlatch.domain.posture.listing import first_of
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import seen


def evaluate(account: AccountPosture, _terms: Terms) -> Verdict:
    """Fire where no trail that is logging keeps changes."""
    trails = seen(account.trails)
    if any(one.keeps(Loss.CHANGES) for one in trails):
        return None
    said = [f"{one.name}: {'leaves changes out' if one.is_logging else 'stopped'}" for one in trails]
    return Violation(
        reason="no trail records changes here" if trails else "there is no trail", evidence=first_of(sorted(said))
    )


CHECK = Check(
    id="monitoring.no-trail",
    practice=Practice.MONITORING,
    about=AccountPosture,
    title="No trail records management events",
    severity=Severity.CRITICAL,
    evaluate=evaluate,
    remedy=(
        "Make a trail for all Regions with management events, reads and writes, or start the one that stopped. A "
        "new one records nothing before start-logging, and its bucket needs the policy that lets CloudTrail write."
    ),
    command=(
        "aws cloudtrail create-trail --region {region} --name management-events --s3-bucket-name BUCKET "
        "--is-multi-region-trail --enable-log-file-validation --kms-key-id KEY_ARN"
    ),
    sources=("EventBridge user guide, events from CloudTrail", "Security Hub user guide, CloudTrail controls"),
    well_architected=("SEC04-BP01",),
    covers=("CloudTrail.3", "config:cloudtrail-enabled"),
    blind_spots="An event data store of CloudTrail Lake records, too, and is not looked at: it feeds no rule.",
    examples=(
        Example(name="none", posture=an_account(trails=()), violates=True, severity=Severity.CRITICAL),
        Example(name="stopped", posture=an_account(trails=(a_trail(is_logging=False),)), violates=True),
        Example(name="data events alone", posture=an_account(trails=(a_trail(losses=tuple(Loss)),)), violates=True),
        Example(name="one", posture=an_account(), violates=False),
        Example(
            name="one of two",
            posture=an_account(trails=(a_trail(is_logging=False), a_trail(name="other"))),
            violates=False,
        ),
    ),
)
