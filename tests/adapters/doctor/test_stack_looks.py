"""Lanes and channels of a stack, as AWS has them: fine, wrong and refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from doctored import Call, ScriptedAws, refused
from nightlatch.adapters.circuits import DynamoCircuits
from nightlatch.adapters.doctor.channels import BUS, HUB, Channels
from nightlatch.adapters.doctor.lanes import Lanes
from nightlatch.adapters.watching.patient import Part
from nightlatch.domain.answering.circuits import Circuit, failed
from nightlatch.domain.history.examples import AT
from nightlatch.domain.watching.diagnosis import Line, Names, Verdict
from worlds import a_table, on_moto

ACCOUNT, REGION = "111122223333", "eu-west-1"
CHANGES = f"arn:aws:sqs:{REGION}:{ACCOUNT}:changes"
KEEPER, DEAD = CHANGES.replace("changes", "keeper"), CHANGES.replace("changes", "dead")
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/changes"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
NAMES = Names(stack="nightlatch", topic=TOPIC, lanes={})


def url(arn: str) -> str:
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{arn.rsplit(':', 1)[-1]}"


@dataclass
class FakePatient:
    """A stack with the changes' lane, the keeper's, and their dead letters."""

    def parts(self, kind: str) -> tuple[Part, ...]:
        every = (
            Part("ChangesRule", "AWS::Events::Rule", "changes"),
            Part("ChangesQueue", "AWS::SQS::Queue", url(CHANGES)),
            Part("KeeperQueue", "AWS::SQS::Queue", url(KEEPER)),
            Part("ChangesDeadLetterQueue", "AWS::SQS::Queue", url(DEAD)),
            Part("DetectorChanges", "AWS::Lambda::Function", "detector"),
        )
        return tuple(part for part in every if part.kind == kind)

    def function(self, logical_id: str) -> str:
        return {"Notifier": "notifier"}.get(logical_id, "")


def policy(*queues: str) -> str:
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": list(queues),
        "Condition": {"ArnEquals": {"aws:SourceArn": RULE}},
    }
    return json.dumps({"Statement": [allow]})


TARGETS = {"Targets": [{"Arn": CHANGES, "DeadLetterConfig": {"Arn": DEAD}}, {"Arn": KEEPER}]}
MAPPING = {
    "UUID": "u-1",
    "EventSourceArn": CHANGES,
    "State": "Enabled",
    "BatchSize": 10,
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "LastProcessingResult": "OK",
}
WELL: dict[Call, Any] = {
    ("events:ListTargetsByRule", ""): TARGETS,
    ("sqs:GetQueueAttributes", ""): {"Attributes": {"Policy": policy(CHANGES, KEEPER, DEAD)}},
    ("lambda:ListEventSourceMappings", ""): {"EventSourceMappings": [MAPPING]},
    ("cloudwatch:GetMetricStatistics", ""): {
        "Datapoints": [
            {"Timestamp": AT, "Maximum": 4.0},
            {"Timestamp": AT - timedelta(minutes=1), "Maximum": 9_000.0},
        ]
    },
}


def lanes(changed: dict[Call, Any] | None = None) -> Lanes:
    patient: Any = FakePatient()
    return Lanes(ScriptedAws({**WELL, **(changed or {})}).asker(), patient, REGION)


def all_of(some: Lanes) -> list[Line]:
    return [*some.second_targets(), *some.policies("sam deploy"), *some.mappings(), *some.ages(AT)]


def test_whole_lanes_are_well_in_everything() -> None:
    lines = all_of(lanes())

    assert {line.verdict for line in lines} == {Verdict.OK}, lines
    assert [line.about for line in lines] == [
        "second target of changes",
        "policy of changes",
        "policy of dead",
        "policy of keeper",
        "event source of detector",
        "oldest message of changes",
        "oldest message of keeper",
    ]
    assert lines[-2].said == "waited 4 s"  # the newest of what was measured


def test_a_policy_that_leaves_the_dead_letters_out_is_a_fault_there() -> None:
    closed = {("sqs:GetQueueAttributes", ""): {"Attributes": {"Policy": policy(CHANGES, KEEPER)}}}

    wrong = [line.about for line in lanes(closed).policies("sam deploy") if line.verdict is Verdict.FAIL]

    assert wrong == ["policy of dead"]


def test_a_rule_that_lost_its_second_target_is_a_fault() -> None:
    [line] = lanes({("events:ListTargetsByRule", ""): {"Targets": [{"Arn": CHANGES}]}}).second_targets()

    assert (line.verdict, line.fix.endswith(f"Arn={KEEPER}")) == (Verdict.FAIL, True)


def test_a_lane_whose_mapping_is_of_nobody_is_a_fault() -> None:
    [line] = lanes({("lambda:ListEventSourceMappings", ""): {"EventSourceMappings": []}}).mappings()

    assert line.verdict is Verdict.FAIL


def test_a_queue_that_nothing_was_measured_of_is_not_called_late() -> None:
    [changes, _] = lanes({("cloudwatch:GetMetricStatistics", ""): {"Datapoints": []}}).ages(AT)

    assert (changes.verdict, changes.said) == (Verdict.OK, "none was measured in the last ten minutes")


@pytest.mark.parametrize("call", WELL)
def test_what_is_refused_is_not_called_well(call: Call) -> None:
    found = all_of(lanes({call: refused()}))

    unseen = [line for line in found if line.verdict is Verdict.UNSEEN]
    assert unseen != []
    assert all(call[0] in line.said for line in unseen)


TOLD: dict[Call, Any] = {
    ("sns:GetTopicAttributes", ""): {"Attributes": {"KmsMasterKeyId": "k"}},
    ("kms:DescribeKey", ""): {"KeyMetadata": {"KeyState": "Enabled"}},
    ("lambda:GetFunctionConfiguration", ""): {
        "Environment": {
            "Variables": {
                "NIGHTLATCH_SLACK_SECRET_ID": "slack-secret",
                "NIGHTLATCH_CHANNELS_SECRET_ID": "",
                BUS: f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/security",
                HUB: "arn:aws:securityhub:product",
            }
        }
    },
    ("secretsmanager:DescribeSecret", ""): {"VersionIdsToStages": {"v": ["AWSCURRENT"]}},
    ("events:DescribeEventBus", ""): {"Name": "security"},
    ("securityhub:DescribeHub", ""): {"HubArn": "hub"},
}


@pytest.fixture
def circuits(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoCircuits]:
    with on_moto(monkeypatch):
        yield DynamoCircuits(a_table()[0], now=lambda: AT)


def told(circuits: DynamoCircuits, changed: dict[Call, Any] | None = None) -> dict[str, Line]:
    patient: Any = FakePatient()
    aws = ScriptedAws({**TOLD, **(changed or {})})
    channels = Channels(aws.asker(), patient, account=ACCOUNT, region=REGION)
    return {line.about: line for line in channels.lines(NAMES, circuits)}


def test_whole_channels_are_well_and_one_not_asked_for_is_said_to_be_so(circuits: DynamoCircuits) -> None:
    lines = told(circuits)

    assert {line.verdict for line in lines.values()} == {Verdict.OK}, lines
    assert "not asked for" in lines["credentials of PagerDuty, Teams and webhook"].said
    assert set(lines) >= {"key of the topic", "credentials of Slack", "event bus of incidents", "Security Hub"}


@pytest.mark.parametrize(
    ("call", "found", "about"),
    [
        ("kms:DescribeKey", {"KeyMetadata": {"KeyState": "Disabled"}}, "key of the topic"),
        ("secretsmanager:DescribeSecret", refused("ResourceNotFoundException", 400), "credentials of Slack"),
        ("secretsmanager:DescribeSecret", {"DeletedDate": AT}, "credentials of Slack"),
        ("secretsmanager:DescribeSecret", {"VersionIdsToStages": {"v": ["AWSPENDING"]}}, "credentials of Slack"),
        ("events:DescribeEventBus", refused("ResourceNotFoundException", 400), "event bus of incidents"),
        ("securityhub:DescribeHub", refused("InvalidAccessException", 401), "Security Hub"),
    ],
    ids=["key off", "secret gone", "secret leaving", "secret empty", "bus gone", "hub off"],
)
def test_what_a_channel_lacks_is_a_fault(circuits: DynamoCircuits, call: str, found: Any, about: str) -> None:
    line = told(circuits, {(call, ""): found})[about]

    assert (line.verdict, line.fix != "") == (Verdict.FAIL, True)


@pytest.mark.parametrize("call", TOLD)
def test_a_channel_that_may_not_be_looked_at_is_not_called_well(circuits: DynamoCircuits, call: Call) -> None:
    unseen = [line for line in told(circuits, {call: refused()}).values() if line.verdict is Verdict.UNSEEN]

    assert unseen != []
    assert all(call[0] in line.said for line in unseen)


def test_a_bus_of_another_account_is_not_asked_for(circuits: DynamoCircuits) -> None:
    variables = {BUS: f"arn:aws:events:{REGION}:999988887777:event-bus/default"}
    given = {("lambda:GetFunctionConfiguration", ""): {"Environment": {"Variables": variables}}}

    assert told(circuits, given)["event bus of incidents"].verdict is Verdict.UNSEEN


def test_a_channel_that_fails_is_named_and_one_that_the_stack_no_longer_has_is_not(circuits: DynamoCircuits) -> None:
    for channel in ("slack", "teams", "sns"):
        was = Circuit(channel=channel)
        assert circuits.move(failed(was, "it answered 500", AT), was=was)

    lines = told(circuits)

    assert lines["channel slack"].verdict is Verdict.FAIL
    assert "it answered 500" in lines["channel slack"].said
    assert "channel sns" in lines
    assert "channel teams" not in lines
