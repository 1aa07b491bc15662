"""How long messages wait, who may send, and which rules lost their second lane."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from functions.transformed import source
from nightlatch.domain.watching.diagnosis import Verdict
from nightlatch.domain.watching.doctor.gaps import Gap
from nightlatch.domain.watching.doctor.lanes import (
    LONGEST_S,
    TARGETS,
    LaneSeen,
    Sending,
    may_send,
    of_ages,
    of_policies,
    of_targets,
)

QUEUE = "arn:aws:sqs:eu-west-1:111122223333:changes"
RULE = "arn:aws:events:eu-west-1:111122223333:rule/changes"
REFUSED = Gap("sqs:GetQueueAttributes was refused (AccessDenied); allow it, then ask again")
LANE = LaneSeen(name="changes", longest_s=300, oldest_s=12.0, function="detector")
ALLOW = {
    "Effect": "Allow",
    "Principal": {"Service": "events.amazonaws.com"},
    "Action": "sqs:SendMessage",
    "Resource": [QUEUE],
    "Condition": {"ArnEquals": {"aws:SourceArn": [RULE]}},
}
OVER_TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sqs:*",
    "Resource": [QUEUE],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize(
    ("oldest", "verdict"),
    [(12.0, Verdict.OK), (None, Verdict.OK), (300.0, Verdict.OK), (301.0, Verdict.FAIL), (REFUSED, Verdict.UNSEEN)],
)
def test_a_message_that_waits_longer_than_the_alarm_allows_is_a_fault(oldest, verdict):
    [line] = of_ages([replace(LANE, oldest_s=oldest)])

    assert line.verdict is verdict
    assert (line.fix != "") is (verdict is Verdict.FAIL)


def test_the_longest_waits_are_those_of_the_alarms():
    alarms = {
        one["Properties"]["Dimensions"][0]["Value"]["Fn::GetAtt"][0]: one["Properties"]["Threshold"]
        for one in source()["Resources"].values()
        if one["Properties"].get("MetricName") == "ApproximateAgeOfOldestMessage"
    }

    assert alarms == LONGEST_S


def test_the_second_targets_are_those_of_the_template():
    two = {
        name: one["Properties"]["Targets"][1]["Arn"]["Fn::GetAtt"][0]
        for name, one in source()["Resources"].items()
        if one["Type"] == "AWS::Events::Rule" and len(one["Properties"]["Targets"]) > 1
    }

    assert two == TARGETS


@pytest.mark.parametrize(
    "text",
    [
        policy(ALLOW),
        policy(ALLOW, OVER_TLS),
        policy({**ALLOW, "Condition": {"ArnLike": {"aws:SourceArn": f"{RULE[:-3]}*"}}}),
        policy({**ALLOW, "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}),
        policy({key: value for key, value in ALLOW.items() if key != "Condition"}),
        policy({**ALLOW, "Action": "sqs:*", "Resource": "*"}),
    ],
    ids=["ours", "with TLS", "by a pattern", "the account", "anything", "all of SQS"],
)
def test_a_policy_that_lets_eventbridge_send_for_the_rule(text):
    assert may_send(text, RULE, QUEUE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no policy",
        policy(),
        policy({**ALLOW, "Principal": {"Service": "sns.amazonaws.com"}}),
        policy({**ALLOW, "Action": "sqs:ReceiveMessage"}),
        policy({**ALLOW, "Resource": f"{QUEUE}-other"}),
        policy({**ALLOW, "Condition": {"ArnEquals": {"aws:SourceArn": [f"{RULE}-other"]}}}),
        policy({**ALLOW, "Condition": {"StringEquals": {"aws:SourceAccount": "999988887777"}}}),
        policy({**ALLOW, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}),
        policy({**ALLOW, "Condition": {"ArnNotEquals": {"aws:SourceArn": [RULE]}}}),
        policy(ALLOW, {**OVER_TLS, "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}}),
        policy(ALLOW, {key: value for key, value in OVER_TLS.items() if key != "Condition"}),
    ],
    ids=[
        *("none", "no JSON", "empty", "another service", "another action", "another queue", "another rule"),
        *("another account", "an address", "all but ours", "denied by organisation", "denied"),
    ],
)
def test_a_policy_that_does_not_surely_let_it_send(text):
    assert not may_send(text, RULE, QUEUE)


def test_a_queue_whose_policy_keeps_a_rule_out_names_it_and_one_that_cannot_be_read_is_not_called_well():
    sendings = [Sending(rule=RULE, queues=(QUEUE,)), Sending(rule=f"{RULE}-2", queues=(QUEUE,))]

    [kept_out] = of_policies(sendings, {QUEUE: policy(ALLOW)}, "sam deploy")
    [well] = of_policies(sendings[:1], {QUEUE: policy(ALLOW)}, "sam deploy")
    [refused] = of_policies(sendings, {QUEUE: REFUSED}, "sam deploy")

    assert (kept_out.verdict, kept_out.fix) == (Verdict.FAIL, "sam deploy")
    assert "changes-2" in kept_out.said
    assert "for changes," not in kept_out.said
    assert well.verdict is Verdict.OK
    assert (refused.verdict, refused.said) == (Verdict.UNSEEN, REFUSED.why)


@pytest.mark.parametrize(
    ("targets", "verdict"),
    [(["other", QUEUE], Verdict.OK), (["other"], Verdict.FAIL), ([], Verdict.FAIL), (REFUSED, Verdict.UNSEEN)],
)
def test_a_rule_that_lost_its_second_lane_gets_it_back(targets, verdict):
    [line] = of_targets("changes", QUEUE, targets)

    assert line.verdict is verdict
    if verdict is Verdict.FAIL:
        assert line.fix == f"aws events put-targets --rule changes --targets Id=keeper-lane,Arn={QUEUE}"
