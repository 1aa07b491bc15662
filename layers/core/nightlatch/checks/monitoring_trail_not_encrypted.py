"""A trail's files are encrypted with no key of the customer's: whoever may read the bucket sees who reads what.

A trail of the organisation belongs to its management account and is left to it.

Source: CloudTrail user guide, encrypting files with KMS keys; Security Hub, CloudTrail.2; AWS Config,
cloud-trail-encryption-enabled.
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
    """Fire for trails of this account without a key."""
    return lacking(account, "whose files no key of your own encrypts", lambda one: one.key is not None)


CHECK = Check(
    id="monitoring.trail-not-encrypted",
    practice=Practice.MONITORING,
    about=AccountPosture,
    title="No key of your own encrypts a trail's files",
    severity=Severity.LOW,
    evaluate=evaluate,
    remedy=(
        "Give the trail a KMS key whose policy lets CloudTrail encrypt with it, in the bucket's Region. Whoever reads "
        "the files needs kms:Decrypt from then on, nightlatch's hunts too; without the policy the trail stops writing."
    ),
    command="aws cloudtrail update-trail --region {home} --name {trail} --kms-key-id KEY_ARN",
    sources=("Security Hub user guide, CloudTrail.2", "AWS Config, cloud-trail-encryption-enabled"),
    well_architected=("SEC08-BP02",),
    covers=(
        "CloudTrail.2",
        "config:cloud-trail-encryption-enabled",
        "prowler:cloudtrail_kms_encryption_enabled",
    ),
    examples=(
        Example(name="AWS's own key", posture=an_account(trails=(a_trail(key=None),)), violates=True),
        Example(name="a key of the customer's", posture=an_account(), violates=False),
        Example(
            name="the organisation's trail",
            posture=an_account(
                trails=(a_trail(key=None, arn="arn:aws:cloudtrail:eu-west-1:444455556666:trail/organisation"),)
            ),
            violates=False,
        ),
    ),
)
