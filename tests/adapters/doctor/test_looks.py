"""What AWS answers becomes what the doctor judges; a refusal becomes a gap and never an empty answer."""

from __future__ import annotations

from typing import Any

import pytest

from doctored import Call, ScriptedAws, refused
from nightlatch.adapters.doctor.account import (
    concurrent_functions,
    lookups_a_second,
    other_regions,
    secrets_of_a_region,
)
from nightlatch.adapters.doctor.alarms import alarms_seen
from nightlatch.adapters.doctor.forwarding import forwarders
from nightlatch.adapters.doctor.keys import key_seen
from nightlatch.adapters.doctor.trails import trails_in_detail
from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.event.events import EventName
from nightlatch.domain.history.examples import AT
from nightlatch.domain.watching.doctor.channels import KeySeen
from nightlatch.domain.watching.doctor.forwarding import IAM
from nightlatch.domain.watching.doctor.gaps import Gap
from nightlatch.domain.watching.doctor.regions import RegionSeen
from nightlatch.domain.watching.doctor.upkeep import AlarmSeen

ACCOUNT, HOME, VIRGINIA = "111122223333", "eu-west-1", "us-east-1"
BUS = f"arn:aws:events:{HOME}:{ACCOUNT}:event-bus/default"
DEAD = f"arn:aws:sqs:{VIRGINIA}:{ACCOUNT}:dead"
PATTERN = (
    '{"source": ["aws.iam"], "detail-type": ["AWS API Call via CloudTrail"],'
    ' "detail": {"eventSource": ["iam.amazonaws.com"], "eventName": ["CreateRole"]}}'
)
FORWARDING: dict[Call, Any] = {
    ("events:ListRuleNamesByTarget", VIRGINIA): {"RuleNames": ["forward"]},
    ("events:DescribeRule", VIRGINIA): {"State": "ENABLED", "EventPattern": PATTERN},
    ("events:ListTargetsByRule", VIRGINIA): {"Targets": [{"Arn": BUS, "DeadLetterConfig": {"Arn": DEAD}}]},
    ("sqs:GetQueueAttributes", VIRGINIA): {"Attributes": {"ApproximateNumberOfMessages": "2"}},
}


def forwarded(answers: dict[Call, Any]) -> Any:
    return forwarders(ScriptedAws(answers).asker(), account=ACCOUNT, region=HOME)


def test_a_rule_that_forwards_is_found_by_its_target() -> None:
    aws = ScriptedAws(FORWARDING)

    [rule] = forwarders(aws.asker(), account=ACCOUNT, region=HOME)  # type: ignore[misc]

    assert (rule.name, rule.state, rule.dead) == ("forward", "ENABLED", 2)
    assert rule.pattern.lets_through(EventName(source=IAM, name="CreateRole"))
    assert aws.asked[0] == ("events:ListRuleNamesByTarget", VIRGINIA, {"TargetArn": BUS})


@pytest.mark.parametrize("call", [call for call in FORWARDING if call[0].startswith("events:")])
def test_a_forwarder_that_may_not_be_looked_at_is_a_gap(call: Call) -> None:
    gap = forwarded({**FORWARDING, call: refused()})

    assert isinstance(gap, Gap)
    assert gap.why.startswith(f"{call[0]} in us-east-1 was refused")


@pytest.mark.parametrize("found", [refused(), refused("QueueDoesNotExist", 400)], ids=["refused", "gone"])
def test_its_dead_letters_that_cannot_be_counted_are_a_gap_of_their_own(found: Exception) -> None:
    [rule] = forwarded({**FORWARDING, ("sqs:GetQueueAttributes", VIRGINIA): found})

    assert isinstance(rule.dead, Gap)


TRAIL = {
    "Name": "main",
    "TrailARN": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main",
    "HomeRegion": HOME,
    "IsMultiRegionTrail": True,
    "S3BucketName": "logs",
    "KmsKeyId": "k",
}
TRAILS: dict[Call, Any] = {
    ("cloudtrail:DescribeTrails", ""): {"trailList": [TRAIL]},
    ("cloudtrail:GetTrailStatus", ""): {"IsLogging": True, "LatestDeliveryTime": AT},
    ("cloudtrail:GetEventSelectors", ""): {
        "EventSelectors": [
            {
                "ReadWriteType": "All",
                "IncludeManagementEvents": True,
                "ExcludeManagementEventSources": ["kms.amazonaws.com"],
            }
        ]
    },
    ("s3:ListBucket", ""): {},
    ("kms:DescribeKey", HOME): {"KeyMetadata": {"KeyState": "Enabled"}},
}


def trails(**changed: Any) -> Any:
    return trails_in_detail(ScriptedAws({**TRAILS, **{(key, ""): one for key, one in changed.items()}}).asker(), HOME)


def test_a_trail_is_seen_with_its_bucket_its_key_and_what_it_leaves_out() -> None:
    [trail] = trails()

    assert (trail.name, trail.is_multi_region, trail.losses) == ("main", True, (Loss.KMS,))
    assert (trail.bucket, trail.is_bucket_there, trail.delivered_at) == ("logs", True, AT)
    assert trail.key == KeySeen(key="k", state="Enabled")


def test_a_trail_that_is_stopped_or_of_another_region_is_left_out() -> None:
    elsewhere = {**TRAIL, "IsMultiRegionTrail": False, "HomeRegion": "us-west-2"}

    assert trails(**{"cloudtrail:GetTrailStatus": {"IsLogging": False}}) == ()
    assert trails(**{"cloudtrail:DescribeTrails": {"trailList": [elsewhere]}}) == ()


def test_a_bucket_that_is_gone_and_one_that_may_not_be_seen_are_told_apart() -> None:
    [gone] = trails(**{"s3:ListBucket": refused("404", 404)})
    [hidden] = trails(**{"s3:ListBucket": refused("403", 403)})

    assert gone.is_bucket_there is False
    assert isinstance(hidden.is_bucket_there, Gap)


@pytest.mark.parametrize(
    "action", ["cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"]
)
def test_a_trail_that_may_not_be_looked_at_makes_all_of_them_a_gap(action: str) -> None:
    gap = trails(**{action: refused()})

    assert isinstance(gap, Gap)
    assert action in gap.why


def test_a_key_that_is_gone_has_no_state() -> None:
    aws = ScriptedAws({("kms:DescribeKey", ""): refused("NotFoundException", 400)})

    assert key_seen(aws.asker(), "k") == KeySeen(key="k", state="")


REGIONS: dict[Call, Any] = {
    ("ec2:DescribeRegions", ""): {
        "Regions": [
            {"RegionName": HOME, "OptInStatus": "opt-in-not-required"},
            {"RegionName": VIRGINIA, "OptInStatus": "opt-in-not-required"},
            {"RegionName": "af-south-1", "OptInStatus": "not-opted-in"},
            {"RegionName": "us-west-2", "OptInStatus": "opted-in"},
        ]
    },
    ("secretsmanager:ListSecrets", VIRGINIA): {"SecretList": []},
    ("secretsmanager:ListSecrets", "us-west-2"): {
        "SecretList": [{"Name": "a", "PrimaryRegion": HOME}, {"Name": "b"}],
        "NextToken": "more",
    },
    ("cloudformation:DescribeStacks", "us-west-2"): refused("ValidationError", 400, "Stack x does not exist"),
}


def regions(answers: dict[Call, Any]) -> Any:
    return other_regions(ScriptedAws(answers).asker(), region=HOME, stack="nightlatch")


def test_every_other_region_that_is_on_is_looked_at() -> None:
    assert regions(REGIONS) == (
        RegionSeen(name=VIRGINIA, secrets=0),
        RegionSeen(name="us-west-2", secrets=2, are_more=True, replicas=1, has_stack=False),
    )


def test_a_stack_of_the_same_name_watches_its_region() -> None:
    [_, west] = regions({**REGIONS, ("cloudformation:DescribeStacks", "us-west-2"): {"Stacks": [{}]}})

    assert west.has_stack is True


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (("secretsmanager:ListSecrets", "us-west-2"), "secrets"),
        (("cloudformation:DescribeStacks", "us-west-2"), "has_stack"),
    ],
)
def test_a_region_that_refuses_is_a_gap_of_its_own(call: Call, part: str) -> None:
    [virginia, west] = regions({**REGIONS, call: refused()})

    assert virginia.secrets == 0
    assert isinstance(getattr(west, part), Gap)


def test_regions_that_may_not_be_listed_are_a_gap() -> None:
    assert isinstance(regions({}), Gap)


def quotas(*some: tuple[str, float]) -> dict[str, Any]:
    return {"Quotas": [{"QuotaName": name, "Value": value} for name, value in some]}


APPLIED, DEFAULT = "servicequotas:ListServiceQuotas", "servicequotas:ListAWSDefaultServiceQuotas"


def test_a_quota_is_found_by_its_name_first_as_it_applies_to_the_account() -> None:
    applied = ScriptedAws(
        {(APPLIED, ""): quotas(("Versions per secret", 100), ("Secrets", 7)), (DEFAULT, ""): quotas(("Secrets", 9))}
    )
    default = ScriptedAws({(APPLIED, ""): quotas(), (DEFAULT, ""): quotas(("TPS of the LookupEvents API", 2))})

    assert secrets_of_a_region(applied.asker()) == 7
    assert lookups_a_second(default.asker()) == 2


def test_a_quota_on_a_later_page_is_found_too() -> None:
    def page(asked: Any) -> Any:
        return quotas(("Secrets", 9)) if "NextToken" in asked else {**quotas(), "NextToken": "more"}

    assert secrets_of_a_region(ScriptedAws({(APPLIED, ""): page}).asker()) == 9


def test_a_quota_that_is_not_listed_is_none_and_one_that_is_refused_is_a_gap() -> None:
    unlisted = ScriptedAws({(APPLIED, ""): quotas(), (DEFAULT, ""): quotas()})
    half = ScriptedAws({(APPLIED, ""): refused(), (DEFAULT, ""): quotas()})

    assert lookups_a_second(unlisted.asker()) is None
    assert isinstance(lookups_a_second(half.asker()), Gap)
    assert isinstance(secrets_of_a_region(ScriptedAws({}).asker()), Gap)


def test_functions_at_once_have_a_quota_of_their_own() -> None:
    call = ("servicequotas:GetServiceQuota", "")

    assert concurrent_functions(ScriptedAws({call: {"Quota": {"Value": 1000.0}}}).asker()) == 1_000
    assert concurrent_functions(ScriptedAws({call: refused("NoSuchResourceException", 400)}).asker()) is None
    assert isinstance(concurrent_functions(ScriptedAws({}).asker()), Gap)


def test_every_alarm_of_the_stack_is_asked_for_also_beyond_a_hundred() -> None:
    names = [f"alarm-{number}" for number in range(150)]

    def described(asked: Any) -> Any:
        some = [name for name in asked["AlarmNames"] if name != "alarm-149"]
        off = {"ActionsEnabled": False, "AlarmActions": [], "StateValue": "ALARM"}
        well = {"ActionsEnabled": True, "AlarmActions": ["topic"], "StateValue": "OK"}
        return {"MetricAlarms": [{"AlarmName": name, **(off if name == "alarm-0" else well)} for name in some]}

    seen = alarms_seen(ScriptedAws({("cloudwatch:DescribeAlarms", ""): described}).asker(), names)

    assert isinstance(seen, tuple)
    assert seen[0] == AlarmSeen(name="alarm-0", state="ALARM", is_on=False, actions=0)
    assert seen[1] == AlarmSeen(name="alarm-1")
    assert seen[149] == AlarmSeen(name="alarm-149", is_there=False)
    assert isinstance(alarms_seen(ScriptedAws({}).asker(), names), Gap)
