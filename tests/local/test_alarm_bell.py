"""Alarms are judged by what lies in queues and by what functions wrote, and tell their topic when they change."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from nightlatch.local.alarms.bell import Bell
from nightlatch.local.deployment.template import Place
from worlds import ACCOUNT, REGION

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LETTERS = {
    "AlarmName": "letters",
    "Namespace": "AWS/SQS",
    "MetricName": "ApproximateNumberOfMessagesVisible",
    "Dimensions": [{"Name": "QueueName", "Value": "letters"}],
    "Statistic": "Maximum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 0,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
}
PULSE = {
    **LETTERS,
    "AlarmName": "pulse",
    "Namespace": "nightlatch",
    "MetricName": "Beats",
    "Dimensions": [{"Name": "service", "Value": "heart"}],
    "Statistic": "Sum",
    "Threshold": 1,
    "ComparisonOperator": "LessThanThreshold",
    "TreatMissingData": "breaching",
}


@pytest.fixture
def bell(monkeypatch):
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    with mock_aws():
        yield Bell(Place(account=ACCOUNT, region=REGION, stack_name="nightlatch"))


def client(service):
    return boto3.client(service, region_name=REGION)


@pytest.fixture
def told(bell):
    """A queue that hears the topic; gives what came since it was asked last."""
    del bell
    topic = client("sns").create_topic(Name="alerts")["TopicArn"]
    url = client("sqs").create_queue(QueueName="ears")["QueueUrl"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:ears")

    def since():
        found = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for one in found:
            client("sqs").delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
        bodies = [json.loads(one["Body"]) for one in found]
        return [(body["Subject"], json.loads(body["Message"])) for body in bodies]

    since.topic = topic
    return since


def alarm(told, **wanted):
    client("cloudwatch").put_metric_alarm(AlarmActions=[told.topic], OKActions=[told.topic], **wanted)


def beat(at):
    about = {"Timestamp": 0, "CloudWatchMetrics": [{"Namespace": "nightlatch", "Metrics": [{"Name": "Beats"}]}]}
    return json.dumps({"_aws": about, "service": "heart", "Beats": [1.0]}), at


def test_a_letter_that_lies_there_rings_once_and_its_going_is_told_too(bell, told):
    url = client("sqs").create_queue(QueueName="letters")["QueueUrl"]
    alarm(told, **LETTERS)

    assert bell.ring(NOW) == ()
    client("sqs").send_message(QueueUrl=url, MessageBody="lost")
    assert bell.ring(NOW + timedelta(minutes=1)) == ("letters",)
    assert bell.ring(NOW + timedelta(minutes=2)) == ()
    [(subject, message)] = told()
    assert subject == f'ALARM: "letters" in {REGION}'
    assert (message["NewStateValue"], message["OldStateValue"], message["AlarmName"]) == ("ALARM", "OK", "letters")
    assert client("cloudwatch").describe_alarms(StateValue="ALARM")["MetricAlarms"][0]["AlarmName"] == "letters"

    client("sqs").purge_queue(QueueUrl=url)
    bell.ring(NOW + timedelta(minutes=3))
    assert [subject for subject, _ in told()] == [f'OK: "letters" in {REGION}']


def test_silence_of_a_function_rings_and_its_next_word_ends_it(bell, told):
    alarm(told, **PULSE)
    bell.hear_line(*beat(NOW))
    bell.hear_line("no metric, though it says Beats", NOW + timedelta(minutes=1))

    states = [bell.ring(NOW + timedelta(minutes=later)) for later in (0, 1, 2)]
    bell.hear_line(*beat(NOW + timedelta(minutes=3)))
    states.append(bell.ring(NOW + timedelta(minutes=3)))

    assert states == [(), ("pulse",), (), ("pulse",)]
    assert [subject.split(":")[0] for subject, _ in told()] == ["ALARM", "OK"]


def test_with_its_actions_off_an_alarm_changes_and_tells_nobody(bell, told):
    alarm(told, **PULSE, ActionsEnabled=False)

    assert bell.ring(NOW) == ("pulse",)
    assert told() == []
