"""A trail of one Region, without KMS, or whose files do not arrive, is said with what mends it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.history.examples import AT
from nightlatch.domain.watching.diagnosis import Verdict
from nightlatch.domain.watching.doctor.channels import KeySeen
from nightlatch.domain.watching.doctor.gaps import Gap
from nightlatch.domain.watching.doctor.trails import TrailFacts, of_trail_facts

REFUSED = Gap("s3:ListBucket was refused (403); allow it, then ask again")
WHOLE = TrailFacts(name="main", home="eu-west-1", is_multi_region=True, bucket="logs", delivered_at=AT)


def verdicts(*seen):
    return {line.about: (line.verdict, line.fix) for line in of_trail_facts(seen)}


def test_a_whole_trail_is_well_in_everything():
    assert verdicts(WHOLE) == {
        "Regions of the trail": (Verdict.OK, ""),
        "events of KMS in the trail": (Verdict.OK, ""),
        "bucket of trail main": (Verdict.OK, ""),
        "key of trail main": (Verdict.OK, ""),
    }


def test_a_trail_of_one_region_is_widened_unless_another_covers_all():
    one = replace(WHOLE, is_multi_region=False)

    assert verdicts(one)["Regions of the trail"] == (
        Verdict.WARN,
        "aws cloudtrail update-trail --region eu-west-1 --name main --is-multi-region-trail",
    )
    assert verdicts(one, replace(WHOLE, name="other"))["Regions of the trail"] == (Verdict.OK, "")


def test_a_trail_without_kms_is_widened_unless_another_has_it():
    without = replace(WHOLE, losses=(Loss.KMS,))

    verdict, fix = verdicts(without)["events of KMS in the trail"]
    assert verdict is Verdict.WARN
    assert fix.startswith("aws cloudtrail put-event-selectors --region eu-west-1 --trail-name main")
    assert verdicts(without, replace(WHOLE, name="other"))["events of KMS in the trail"] == (Verdict.OK, "")


@pytest.mark.parametrize(
    ("facts", "verdict", "fix"),
    [
        (
            {"is_bucket_there": False},
            Verdict.FAIL,
            "aws cloudtrail update-trail --region eu-west-1 --name main --s3-bucket-name BUCKET",
        ),
        ({"delivery_error": "AccessDenied"}, Verdict.FAIL, "aws s3api get-bucket-policy --bucket logs"),
        ({"is_bucket_there": REFUSED}, Verdict.OK, ""),
        ({"is_bucket_there": REFUSED, "delivered_at": None}, Verdict.UNSEEN, ""),
        ({"delivered_at": None}, Verdict.OK, ""),
    ],
    ids=["gone", "not delivered", "of another account, files arrive", "refused", "a new trail"],
)
def test_the_bucket_is_judged_by_what_arrives_in_it(facts, verdict, fix):
    assert verdicts(replace(WHOLE, **facts))["bucket of trail main"] == (verdict, fix)


def test_a_key_that_cannot_be_used_is_a_fault_and_one_that_cannot_be_seen_is_not_called_well():
    off = verdicts(replace(WHOLE, key=KeySeen(key="k", state="Disabled")))
    hidden = verdicts(replace(WHOLE, key=REFUSED))

    assert off["key of trail main"] == (Verdict.FAIL, "aws kms enable-key --key-id k")
    assert hidden["key of trail main"] == (Verdict.UNSEEN, "")


def test_a_refusal_is_one_line_and_no_trail_is_none():
    assert [line.verdict for line in of_trail_facts(REFUSED)] == [Verdict.UNSEEN]
    assert list(of_trail_facts(())) == []
