"""No trail for all Regions records reads and writes: who takes a secret to a Region that nobody uses is not seen there.

Source: Security Hub user guide, CloudTrail.1; AWS Config, multi-region-cloudtrail-enabled.
"""

from __future__ import annotations

from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.account_verdicts import unrecorded
from nightlatch.domain.posture.accounts import AccountPosture, TrailPosture
from nightlatch.domain.posture.checks import Check, Example, Verdict
from nightlatch.domain.posture.examples import a_trail, an_account
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms


def evaluate(account: AccountPosture, _terms: Terms) -> Verdict:
    """Fire where trails are logging and none of them keeps both kinds in every Region."""
    return unrecorded(
        account,
        "no trail records reads and writes in all Regions",
        lambda one: one.is_multi_region and one.keeps(Loss.READS) and one.keeps(Loss.CHANGES),
        lambda one: f"{one.name}: {_lacks(one)}",
    )


def _lacks(trail: TrailPosture) -> str:
    left_out = [loss.value for loss in (Loss.READS, Loss.CHANGES) if not trail.keeps(loss)]
    where = [] if trail.is_multi_region else ["this Region alone"]
    return ", ".join([*where, *(f"without {one}" for one in left_out)])


CHECK = Check(
    id="monitoring.one-region",
    practice=Practice.MONITORING,
    about=AccountPosture,
    title="No trail records all Regions",
    severity=Severity.MEDIUM,
    evaluate=evaluate,
    remedy=(
        "Extend a trail to all Regions, from the Region where it was made. Where another trail records one of them "
        "already, that one's management events become a second copy there, which costs by the event."
    ),
    command="aws cloudtrail update-trail --region {home} --name {trail} --is-multi-region-trail",
    sources=("Security Hub user guide, CloudTrail.1", "AWS Config, multi-region-cloudtrail-enabled"),
    well_architected=("SEC04-BP01",),
    covers=(
        "CloudTrail.1",
        "config:multi-region-cloudtrail-enabled",
        "prowler:cloudtrail_multi_region_enabled",
        "prowler:cloudtrail_multi_region_enabled_logging_management_events",
    ),
    blind_spots="The Config rule refuses a trail that leaves KMS out, too; monitoring.kms-unrecorded tells of that.",
    examples=(
        Example(name="this Region", posture=an_account(trails=(a_trail(is_multi_region=False),)), violates=True),
        Example(
            name="all Regions without reads", posture=an_account(trails=(a_trail(losses=(Loss.READS,)),)), violates=True
        ),
        Example(name="all Regions", posture=an_account(), violates=False),
        Example(
            name="one of two",
            posture=an_account(trails=(a_trail(is_multi_region=False), a_trail(name="other"))),
            violates=False,
        ),
        Example(name="no trail is logging", posture=an_account(trails=(a_trail(is_logging=False),)), violates=False),
    ),
)
