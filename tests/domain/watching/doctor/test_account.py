"""The account around the stack: Regions that nobody watches, and what is left of quotas."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.domain.watching.diagnosis import Verdict
from nightlatch.domain.watching.doctor.gaps import Gap
from nightlatch.domain.watching.doctor.quotas import of_concurrency, of_lookups, of_secrets
from nightlatch.domain.watching.doctor.regions import RegionSeen, of_regions

REFUSED = Gap("was refused (AccessDenied); allow it, then ask again")
UNWATCHED = RegionSeen(name="us-west-2", secrets=3, replicas=2)


def judged(*seen):
    return [(line.verdict, line.said, line.fix) for line in of_regions(seen, "nightlatch")]


def test_secrets_where_nothing_is_deployed_are_named_with_the_command_that_deploys_there():
    [(verdict, said, fix)] = judged(UNWATCHED)

    assert (verdict, fix) == (Verdict.WARN, "sam deploy --region us-west-2 --stack-name nightlatch")
    assert "3 secrets (2 of them replicas)" in said


def test_one_page_of_secrets_is_not_taken_for_all():
    [(_, said, _)] = judged(replace(UNWATCHED, secrets=100, are_more=True, replicas=0))

    assert said.startswith("holds 100 or more secrets,")


def test_a_region_with_its_own_stack_is_well_and_empty_ones_are_counted():
    empty = RegionSeen(name="eu-north-1", secrets=0)

    lines = judged(replace(UNWATCHED, has_stack=True), empty, replace(empty, name="eu-west-3"))

    assert [verdict for verdict, _, _ in lines] == [Verdict.OK, Verdict.OK]
    assert lines[1][1] == "2 of them hold no secret"


@pytest.mark.parametrize(
    "region", [RegionSeen(name="us-west-2", secrets=REFUSED), replace(UNWATCHED, has_stack=REFUSED)]
)
def test_a_region_that_may_not_be_looked_at_is_not_called_well(region):
    assert judged(region) == [(Verdict.UNSEEN, REFUSED.why, "")]


def test_regions_that_may_not_be_looked_at_share_a_line():
    seen = [RegionSeen(name=name, secrets=REFUSED) for name in ("eu-west-3", "us-west-2")]

    [line] = of_regions(seen, "nightlatch")

    assert (line.about, line.verdict) == ("Regions eu-west-3, us-west-2", Verdict.UNSEEN)


def test_regions_that_cannot_be_listed_are_one_line():
    assert [line.verdict for line in of_regions(REFUSED, "nightlatch")] == [Verdict.UNSEEN]


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (of_concurrency(1_000.0), Verdict.OK),
        (of_concurrency(10.0), Verdict.WARN),
        (of_concurrency(None), Verdict.UNSEEN),
        (of_concurrency(REFUSED), Verdict.UNSEEN),
        (of_lookups(2.0), Verdict.OK),
        (of_lookups(1.0), Verdict.WARN),
        (of_lookups(None), Verdict.OK),
        (of_lookups(REFUSED), Verdict.UNSEEN),
        (of_secrets(500_000.0, 399_999), Verdict.OK),
        (of_secrets(500_000.0, 400_000), Verdict.WARN),
        (of_secrets(500_000.0, None), Verdict.WARN),
        (of_secrets(500_000.0, REFUSED), Verdict.UNSEEN),
        (of_secrets(None, 3), Verdict.UNSEEN),
        (of_secrets(REFUSED, 3), Verdict.UNSEEN),
    ],
)
def test_a_quota_that_is_nearly_used_up_is_worth_a_look(line, verdict):
    assert line.verdict is verdict
    assert (line.fix != "") is (verdict is Verdict.WARN)
