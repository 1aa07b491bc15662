"""A trail's files carry no digest: who may write to the bucket can take lines out, and nobody can tell.

A trail of the organisation belongs to its management account and is left to it.

Source: CloudTrail user guide, validating log file integrity; Security Hub, CloudTrail.4; AWS Config,
cloud-trail-log-file-validation-enabled.
"""

from __future__ import annotations

from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.account_verdicts import lacking
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.checks import Check, Example, Verdict
from nightlatch.domain.posture.examples import a_trail, an_account
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms


def evaluate(account: AccountPosture, _terms: Terms) -> Verdict:
    """Fire for trails of this account whose files nobody can prove."""
    return lacking(account, "whose files carry no digest", lambda one: one.validates_files)


CHECK = Check(
    id="monitoring.trail-not-validated",
    practice=Practice.MONITORING,
    about=AccountPosture,
    title="A trail's files can be changed unnoticed",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Turn the validation of files on. It breaks nothing and proves files from then on; that somebody validates "
        "them (`aws cloudtrail validate-logs`) is up to you."
    ),
    command="aws cloudtrail update-trail --region {home} --name {trail} --enable-log-file-validation",
    sources=("Security Hub user guide, CloudTrail.4", "AWS Config, cloud-trail-log-file-validation-enabled"),
    well_architected=("SEC04-BP02", "SEC10-BP03"),
    covers=(
        "CloudTrail.4",
        "config:cloud-trail-log-file-validation-enabled",
        "prowler:cloudtrail_log_file_validation_enabled",
    ),
    examples=(
        Example(name="off", posture=an_account(trails=(a_trail(validates_files=False),)), violates=True),
        Example(name="on", posture=an_account(), violates=False),
        Example(
            name="the organisation's trail",
            posture=an_account(
                trails=(
                    a_trail(validates_files=False, arn="arn:aws:cloudtrail:eu-west-1:444455556666:trail/organisation"),
                )
            ),
            violates=False,
        ),
    ),
)
