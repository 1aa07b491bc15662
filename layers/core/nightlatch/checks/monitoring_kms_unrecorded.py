"""The trails of this Region leave KMS out: a key that is disabled or deleted, and with it its secrets, goes unnoticed.

And the second record of each read, the Decrypt that Secrets Manager makes for it, is missing for cross-checks.

Source: CloudTrail API reference, EventSelector (ExcludeManagementEventSources); design facts 3.7.
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
    """Fire where trails are logging and none of them keeps the use of keys."""
    return unrecorded(account, "no trail here records the use of keys", lambda one: one.keeps(Loss.KMS))


CHECK = Check(
    id="monitoring.kms-unrecorded",
    practice=Practice.MONITORING,
    about=AccountPosture,
    title="No trail records the use of keys",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Let a trail record the management events of KMS, too. The call replaces all its selectors: write those for "
        "data events into it, too. Where keys are used much, these are many events; the first copy costs nothing."
    ),
    command=(
        "aws cloudtrail put-event-selectors --region {home} --trail-name {trail} "
        "--event-selectors ReadWriteType=All,IncludeManagementEvents=true"
    ),
    sources=("CloudTrail API reference, EventSelector", "KMS developer guide, logging with CloudTrail"),
    well_architected=("SEC04-BP01",),
    examples=(
        Example(name="KMS is left out", posture=an_account(trails=(a_trail(losses=(Loss.KMS,)),)), violates=True),
        Example(name="KMS, too", posture=an_account(), violates=False),
        Example(
            name="one of two",
            posture=an_account(trails=(a_trail(losses=(Loss.KMS,)), a_trail(name="other"))),
            violates=False,
        ),
        Example(name="no trail is logging", posture=an_account(trails=(a_trail(is_logging=False),)), violates=False),
    ),
)
