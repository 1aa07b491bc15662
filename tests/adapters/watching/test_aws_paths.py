"""The paths are read as AWS has them; what may not be looked at is a gap that names the permission."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from nightlatch.adapters.watching.aws_paths import AwsPaths, Ours
from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.watching.paths import AlarmSeen, Expected, SubscriptionSeen, TrailSeen, faults, hearing
from nightlatch.domain.watching.rule_faults import RuleSeen, TargetSeen
from nightlatch.domain.watching.stack_alarms import ring_of
from nightlatch.domain.watching.stack_rules import ALL_EVENTS, RULES
from worlds import ACCOUNT, REGION, a_client, on_moto

PATTERN = {
    "source": ["aws.secretsmanager"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventSource": ["secretsmanager.amazonaws.com"], "eventName": ["GetSecretValue"]},
}
PULSE = {
    "AlarmName": "nightlatch-pulse",
    "Namespace": "nightlatch",
    "MetricName": "MessagesJudged",
    "Dimensions": [{"Name": "service", "Value": "detector-changes"}],
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 10,
    "Threshold": 1,
    "ComparisonOperator": "LessThanThreshold",
    "TreatMissingData": "breaching",
}
PARTS = (  # moto's CloudFormation knows no alarms; the list is in the words of its service model
    ("AWS::SQS::Queue", "ReadsQueue", f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/nightlatch-lane"),
    ("AWS::Lambda::Function", "Auditor", "nightlatch-auditor"),
    ("AWS::Events::Rule", "ReadsRule", "nightlatch-reads"),
    ("AWS::Events::Rule", "TickRule", "nightlatch-tick"),
    ("AWS::Events::Rule", "GoneRule", "nightlatch-gone"),
    ("AWS::CloudWatch::Alarm", "ChangesPulseAlarm", "nightlatch-pulse"),
    ("AWS::CloudWatch::Alarm", "GoneAlarm", "nightlatch-gone"),
    ("AWS::IAM::Role", "NeverMade", None),
)
LANE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:nightlatch-lane"


class Refusing:
    """A client that refuses some calls and passes the others on."""

    def __init__(self, client: Any, *, refused: frozenset[str], error: Exception) -> None:
        self._client = client
        self._refused = refused
        self._error = error

    def __getattr__(self, name: str) -> Any:
        if name in self._refused:
            return self._raise
        return getattr(self._client, name)

    def _raise(self, **_asked: object) -> None:
        raise self._error


class Listing:
    """CloudFormation, as far as it lists our stack; half of it on a second page."""

    def list_stack_resources(self, *, StackName: str, NextToken: str = "") -> dict[str, Any]:  # noqa: N803
        assert StackName == "nightlatch"
        some = PARTS[4:] if NextToken else PARTS[:4]
        listed = [
            {"ResourceType": kind, "LogicalResourceId": logical} | ({"PhysicalResourceId": name} if name else {})
            for kind, logical, name in some
        ]
        return {"StackResourceSummaries": listed} | ({} if NextToken else {"NextToken": "2"})


def denied(code: str = "AccessDeniedException", status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "Call",
    )


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ours]:
    """An account with a trail, our stack of which a rule and an alarm are gone, and a topic that tells one person."""
    with on_moto(monkeypatch):
        a_client("s3").create_bucket(Bucket="trail", CreateBucketConfiguration={"LocationConstraint": REGION})
        a_client("cloudtrail").create_trail(Name="main", S3BucketName="trail", IsMultiRegionTrail=True)
        a_client("cloudtrail").start_logging(Name="main")
        topic = a_client("sns").create_topic(Name="nightlatch")["TopicArn"]
        a_client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="ana@example.com")
        events = a_client("events")
        events.put_rule(Name="nightlatch-reads", EventPattern=json.dumps(PATTERN), State=ALL_EVENTS)
        events.put_targets(Rule="nightlatch-reads", Targets=[{"Id": "lane", "Arn": LANE}])
        events.put_rule(Name="nightlatch-tick", ScheduleExpression="rate(1 minute)")
        a_client("cloudwatch").put_metric_alarm(**PULSE, AlarmActions=[topic])
        yield Ours(stack="nightlatch", topic=topic, region=REGION)


def look(ours: Ours, *refused: str, error: Exception | None = None) -> AwsPaths:
    why = error or denied()

    def client(name: str) -> Refusing:
        made = Listing() if name == "cloudformation" else a_client(name)
        return Refusing(made, refused=frozenset(refused), error=why)

    return AwsPaths(client, ours)


def test_what_is_whole_is_read_whole(ours: Ours) -> None:
    paths = look(ours).paths()

    rules = {rule.logical_id: rule for rule in paths.rules or ()}
    assert rules["ReadsRule"] == RuleSeen(
        logical_id="ReadsRule",
        name="nightlatch-reads",
        state=ALL_EVENTS,
        pattern=PATTERN,
        targets=(TargetSeen(arn=LANE),),
    )
    assert rules["TickRule"] == RuleSeen(
        logical_id="TickRule", name="nightlatch-tick", state="ENABLED", schedule="rate(1 minute)"
    )
    assert rules["GoneRule"] == RuleSeen(logical_id="GoneRule", name="nightlatch-gone")
    assert paths.unseen == frozenset()
    assert paths.homes == {
        "ReadsQueue": LANE,
        "Auditor": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:nightlatch-auditor",
    }
    assert paths.names == {
        "ReadsQueue": "nightlatch-lane",
        "Auditor": "nightlatch-auditor",
        "ReadsRule": "nightlatch-reads",
        "TickRule": "nightlatch-tick",
        "GoneRule": "nightlatch-gone",
    }
    assert {*(paths.alarms or ())} == {
        AlarmSeen(
            logical_id="ChangesPulseAlarm", name="nightlatch-pulse", ring=ring_of("ChangesPulseAlarm"), tells=True
        ),
        AlarmSeen(logical_id="GoneAlarm", name="nightlatch-gone"),
    }
    assert paths.trails == (TrailSeen(name="main", is_logging=True),)
    assert [one.name.split(":")[0] for one in paths.subscriptions or ()] == ["email"]
    assert paths.gaps == ()


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({"Input": "{}"}, "{}"),
        ({"InputPath": "$.detail"}, None),
        ({"InputTransformer": {"InputTemplate": "1"}}, None),
        ({}, ""),
    ],
)
def test_what_a_target_gets_instead_of_the_event_is_seen(ours: Ours, given: dict[str, Any], seen: str | None) -> None:
    a_client("events").put_targets(Rule="nightlatch-reads", Targets=[{"Id": "lane", "Arn": LANE, **given}])

    [reads] = [rule for rule in look(ours).paths().rules or () if rule.logical_id == "ReadsRule"]

    assert reads.targets == (TargetSeen(arn=LANE, given=seen),)


def the_pulse(ours: Ours) -> AlarmSeen:
    [pulse] = [alarm for alarm in look(ours).paths().alarms or () if alarm.logical_id == "ChangesPulseAlarm"]
    return pulse


def test_an_alarm_that_was_muted_or_tells_somebody_else_is_seen_so(ours: Ours) -> None:
    a_client("cloudwatch").disable_alarm_actions(AlarmNames=["nightlatch-pulse"])
    assert not the_pulse(ours).is_acting

    a_client("cloudwatch").put_metric_alarm(**PULSE, AlarmActions=[f"{ours.topic}-of-somebody"])
    assert (the_pulse(ours).is_acting, the_pulse(ours).tells) == (True, False)


@pytest.mark.parametrize(
    "changed",
    [
        {"Threshold": 1e9},
        {"Namespace": "other"},
        {"MetricName": "Other"},
        {"Dimensions": []},
        {"Dimensions": [*PULSE["Dimensions"], {"Name": "more", "Value": "x"}]},  # type: ignore[misc]
        {"Dimensions": [{"Name": "service", "Value": "x"}]},
        {"Dimensions": [{"Name": "x", "Value": "detector-changes"}]},
        {"Statistic": "Maximum"},
        {"Period": 86_400},
        {"EvaluationPeriods": 1},
        {"ComparisonOperator": "GreaterThanThreshold"},
        {"TreatMissingData": "ignore"},
        {"Unit": "Bits"},
    ],
    ids=str,
)
def test_an_alarm_that_was_rewritten_rings_otherwise(ours: Ours, changed: dict[str, Any]) -> None:
    a_client("cloudwatch").put_metric_alarm(**{**PULSE, **changed}, AlarmActions=[ours.topic])

    assert the_pulse(ours).ring not in {None, ring_of("ChangesPulseAlarm")}


def test_without_a_stack_no_rule_and_no_alarm_is_looked_at(ours: Ours) -> None:
    paths = look(replace(ours, stack="")).paths()

    assert (paths.rules, paths.alarms, paths.gaps) == (None, None, ())


def test_a_trail_that_was_stopped_and_narrowed_is_seen_so(ours: Ours) -> None:
    cloudtrail = a_client("cloudtrail")
    cloudtrail.stop_logging(Name="main")
    cloudtrail.put_event_selectors(
        TrailName="main", EventSelectors=[{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]
    )

    [trail] = look(ours).paths().trails or ()

    assert (trail.is_logging, Loss.READS in trail.losses, Loss.CHANGES in trail.losses) == (False, True, False)


def test_a_trail_of_another_region_covers_nothing_here(ours: Ours) -> None:
    elsewhere = Ours(stack="", topic="", region="us-west-2")
    a_client("cloudtrail").update_trail(Name="main", IsMultiRegionTrail=False)

    assert look(elsewhere).paths().trails == ()
    assert look(ours).paths().trails == (TrailSeen(name="main", is_logging=True),)


def test_a_filter_is_seen_and_no_address_is_kept(ours: Ours) -> None:
    sns = a_client("sns")
    [arn] = [one["SubscriptionArn"] for one in sns.list_subscriptions_by_topic(TopicArn=ours.topic)["Subscriptions"]]
    sns.set_subscription_attributes(
        SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue='{"kind": ["none"]}'
    )

    seen = look(ours).paths().subscriptions

    assert seen == (SubscriptionSeen(name=f"email:{arn.rsplit(':', 1)[-1]}", has_filter=True),)


def test_with_the_topic_all_who_hear_it_are_gone(ours: Ours) -> None:
    a_client("sns").delete_topic(TopicArn=ours.topic)

    assert look(ours, "list_subscriptions_by_topic", error=denied("NotFound", 404)).paths().subscriptions == ()


@pytest.mark.parametrize(
    ("call", "gap"),
    [
        ("list_stack_resources", "cloudformation:ListStackResources"),
        ("describe_alarms", "cloudwatch:DescribeAlarms"),
        ("describe_rule", "events:DescribeRule"),
        ("list_targets_by_rule", "events:ListTargetsByRule"),
        ("describe_trails", "cloudtrail:DescribeTrails"),
        ("get_trail_status", "cloudtrail:GetTrailStatus"),
        ("get_event_selectors", "cloudtrail:GetEventSelectors"),
        ("list_subscriptions_by_topic", "sns:ListSubscriptionsByTopic"),
        ("get_subscription_attributes", "sns:GetSubscriptionAttributes"),
    ],
)
def test_what_may_not_be_looked_at_is_one_gap_and_no_fault(ours: Ours, call: str, gap: str) -> None:
    paths = look(ours, call).paths()

    assert paths.gaps == (f"{gap} was refused (AccessDeniedException)",)
    if "trail" in call or "selectors" in call:
        assert paths.trails is None
    if "alarms" in call or "stack" in call:
        assert paths.alarms is None
    if "stack" in call:
        assert paths.rules is None
    if "rule" in call:  # of one that is gone nothing is hidden, where EventBridge says so
        assert paths.unseen >= {"rule:ReadsRule", "rule:nightlatch-reads", "rule:TickRule", "rule:nightlatch-tick"}
        assert {rule.logical_id for rule in paths.rules or ()} <= {"GoneRule"}


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (denied("ThrottlingException"), "ThrottlingException"),
        (denied("InternalError", 500), "InternalError"),
        (EndpointConnectionError(endpoint_url="x"), "Could not connect"),
    ],
)
@pytest.mark.parametrize("call", ["describe_trails", "get_subscription_attributes"])
def test_what_aws_does_not_answer_now_is_a_gap_and_the_rest_is_looked_at(
    ours: Ours, call: str, error: Exception, why: str
) -> None:
    paths = look(ours, call, error=error).paths()

    [gap] = paths.gaps
    assert "could not be asked" in gap
    assert why in gap
    assert len(paths.rules or ()) == 3
    about = "trail" if call == "describe_trails" else "subscription:email"
    assert [one.startswith(about) for one in paths.unseen] == [True]


def test_who_does_not_answer_thrice_is_asked_no_more(ours: Ours) -> None:
    calls = ("describe_rule", "describe_trails", "list_subscriptions_by_topic")

    paths = look(ours, *calls, error=denied("ThrottlingException")).paths()

    assert paths.gaps == (
        "events:DescribeRule could not be asked (ThrottlingException)",
        "events:ListTargetsByRule was not asked, for AWS does not answer",
        "cloudwatch:DescribeAlarms was not asked, for AWS does not answer",
        "cloudtrail:DescribeTrails was not asked, for AWS does not answer",
        "sns:ListSubscriptionsByTopic was not asked, for AWS does not answer",
    )
    names = ("Reads", "reads", "Tick", "tick", "Gone", "gone")
    rules = {f"rule:{name}Rule" if name.istitle() else f"rule:nightlatch-{name}" for name in names}
    assert paths.unseen == {*rules, "alarms", "trail", "subscription"}


def test_a_stack_that_cannot_be_listed_says_nothing_of_its_rules_and_alarms(ours: Ours) -> None:
    paths = look(ours, "list_stack_resources", error=denied("ThrottlingException")).paths()

    assert (paths.rules, paths.alarms, paths.unseen) == (None, None, {"rule", "alarms"})
    assert faults(paths, Expected()) == ()


def test_of_a_rule_that_could_not_be_looked_at_nothing_is_said(ours: Ours) -> None:
    """One refused look made it seem that no rule lets anything through."""
    wanted = tuple(one for one in RULES if one.logical_id in {"ReadsRule", "TickRule"})
    paths = look(ours, "describe_rule", error=denied("ThrottlingException")).paths()

    assert faults(replace(paths, alarms=None), Expected(rules=wanted)) == ()


def test_a_trail_that_could_not_be_looked_at_may_record_what_the_others_do_not(ours: Ours) -> None:
    cloudtrail = a_client("cloudtrail")
    cloudtrail.create_trail(Name="narrow", S3BucketName="trail", IsMultiRegionTrail=True)
    cloudtrail.start_logging(Name="narrow")
    cloudtrail.put_event_selectors(
        TrailName="narrow", EventSelectors=[{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]
    )

    class OfNarrow(Refusing):
        def get_trail_status(self, Name: str) -> Any:  # noqa: N803 - as the SDK has it
            if Name.endswith("main"):
                raise self._error
            return self._client.get_trail_status(Name=Name)

    error = denied("ThrottlingException")
    paths = AwsPaths(lambda name: OfNarrow(a_client(name), refused=frozenset(), error=error), ours).paths()

    assert (paths.trails, "trail" in paths.unseen) == (None, True)


def test_whether_a_subscription_hears_everything_nobody_knows_who_cannot_look(ours: Ours) -> None:
    paths = look(ours, "get_subscription_attributes").paths()

    assert [one.has_filter for one in paths.subscriptions or ()] == [None]
    assert hearing(paths, ()) == ()
