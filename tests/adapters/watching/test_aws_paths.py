"""The paths are read as AWS has them; what may not be looked at is a gap that names the permission."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from nightlatch.adapters.watching.aws_paths import AwsPaths, Ours
from nightlatch.domain.account.trail_coverage import Loss
from nightlatch.domain.event.events import EventName
from nightlatch.domain.watching.paths import ALL_EVENTS, Expected, SubscriptionSeen, TrailSeen, faults, hearing
from worlds import ACCOUNT, REGION, a_client, on_moto

LANE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:lane"
PATTERN = {
    "source": ["aws.secretsmanager"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventSource": ["secretsmanager.amazonaws.com"], "eventName": ["GetSecretValue"]},
}


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


def denied(code: str = "AccessDeniedException", status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "Call",
    )


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ours]:
    """An account with a trail, a rule of ours and a topic that tells one person."""
    with on_moto(monkeypatch):
        a_client("s3").create_bucket(Bucket="trail", CreateBucketConfiguration={"LocationConstraint": REGION})
        a_client("cloudtrail").create_trail(Name="main", S3BucketName="trail", IsMultiRegionTrail=True)
        a_client("cloudtrail").start_logging(Name="main")
        events = a_client("events")
        events.put_rule(Name="nightlatch-reads", EventPattern=json.dumps(PATTERN), State=ALL_EVENTS)
        events.put_targets(Rule="nightlatch-reads", Targets=[{"Id": "lane", "Arn": LANE}])
        events.put_rule(Name="nightlatch-tick", ScheduleExpression="rate(1 minute)")
        topic = a_client("sns").create_topic(Name="nightlatch")["TopicArn"]
        a_client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="ana@example.com")
        yield Ours(rules=("nightlatch-reads", "nightlatch-tick", "nightlatch-gone"), topic=topic, region=REGION)


def look(ours: Ours, *refused: str, error: Exception | None = None) -> AwsPaths:
    why = error or denied()
    return AwsPaths(lambda name: Refusing(a_client(name), refused=frozenset(refused), error=why), ours)


def test_what_is_whole_is_read_whole(ours: Ours) -> None:
    paths = look(ours).paths()

    reads, tick, gone = paths.rules
    assert (reads.state, reads.targets) == (ALL_EVENTS, (LANE,))
    assert reads.pattern is not None
    assert reads.pattern.lets_through(EventName(source="secretsmanager.amazonaws.com", name="GetSecretValue"))
    assert (tick.state, tick.pattern, tick.targets) == ("ENABLED", None, ())
    assert (gone.name, gone.state) == ("nightlatch-gone", None)
    assert paths.trails == (TrailSeen(name="main", is_logging=True),)
    assert [one.name.split(":")[0] for one in paths.subscriptions or ()] == ["email"]
    assert paths.gaps == ()


def test_a_trail_that_was_stopped_and_narrowed_is_seen_so(ours: Ours) -> None:
    cloudtrail = a_client("cloudtrail")
    cloudtrail.stop_logging(Name="main")
    cloudtrail.put_event_selectors(
        TrailName="main", EventSelectors=[{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]
    )

    [trail] = look(ours).paths().trails or ()

    assert (trail.is_logging, Loss.READS in trail.losses, Loss.CHANGES in trail.losses) == (False, True, False)


def test_a_trail_of_another_region_covers_nothing_here(ours: Ours) -> None:
    elsewhere = Ours(rules=(), topic="", region="us-west-2")
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
    assert len(paths.rules) == 3
    about = "trail" if call == "describe_trails" else "subscription:email"
    assert [one.startswith(about) for one in paths.unseen] == [True]


def test_who_does_not_answer_thrice_is_asked_no_more(ours: Ours) -> None:
    calls = ("describe_rule", "describe_trails", "list_subscriptions_by_topic")

    paths = look(ours, *calls, error=denied("ThrottlingException")).paths()

    assert paths.gaps == (
        "events:DescribeRule could not be asked (ThrottlingException)",
        "events:ListTargetsByRule was not asked, for AWS does not answer",
        "cloudtrail:DescribeTrails was not asked, for AWS does not answer",
        "sns:ListSubscriptionsByTopic was not asked, for AWS does not answer",
    )
    rules = {f"rule:{name}" for name in ours.rules}
    assert paths.unseen == {*rules, "events", "trail", "subscription"}


@pytest.mark.usefixtures("ours")
def test_what_may_come_through_a_rule_that_could_not_be_looked_at_is_not_said_to_be_lost() -> None:
    """One refused look made it seem that no rule lets anything through."""
    read = EventName(source="secretsmanager.amazonaws.com", name="GetSecretValue")
    expected = Expected(events=frozenset({read}), lanes=frozenset({LANE}))
    one = Ours(rules=("nightlatch-reads",), topic="", region=REGION)

    found = faults(look(one, "describe_rule", error=denied("ThrottlingException")).paths(), expected)

    assert found == ()


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
