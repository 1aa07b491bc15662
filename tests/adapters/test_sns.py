"""What SNS publishes is valid whatever the names are, and nobody can act by opening a mail."""

from __future__ import annotations

import json

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from builders import a_finding, a_response, an_incident
from nightlatch.adapters.channels.document import incident_document
from nightlatch.adapters.sns import SnsChannel, human_text, subject
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.history.examples import a_secret, a_user


@given(name=st.text(min_size=1, max_size=300))
def test_the_subject_is_always_one_that_sns_accepts(name: str):
    text = subject(an_incident(a_finding(by=a_user(name), secrets=(a_secret(name, suffix=None),))))

    assert 0 < len(text) < 100
    assert all(" " <= character <= "~" for character in text)
    assert text.startswith("[HIGH]")


@given(name=st.text(min_size=1, max_size=50))
def test_a_name_cannot_add_a_line_to_the_mail(name: str):
    plain = human_text(an_incident(a_finding(secrets=(a_secret("x", suffix=None),))), ())
    hostile = human_text(an_incident(a_finding(secrets=(a_secret(name, suffix=None),))), ())

    assert len(hostile.splitlines()) == len(plain.splitlines())


def test_the_mail_has_the_command_and_no_link():
    text = human_text(an_incident(), [a_response()])

    assert "nightlatch approve r-1" in text
    assert "http" not in text


def test_subscribers_get_text_for_people_and_json_for_machines():
    with mock_aws():
        client = boto3.client("sns")
        topic = client.create_topic(Name="alerts")["TopicArn"]
        queue = boto3.client("sqs").create_queue(QueueName="inbox")["QueueUrl"]
        client.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-west-1:123456789012:inbox")

        SnsChannel(client=client, topic_arn=topic).show(an_incident(), [a_response()], None)

        body = json.loads(boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"][0]["Body"])
    document = json.loads(body["Message"])
    assert body["Subject"] == "[HIGH] mallory (IAM user) deleted secret prod/db within a second"
    assert document == json.loads(json.dumps(incident_document(an_incident(), [a_response()])))
    assert body["MessageAttributes"]["severity"]["Value"] == "HIGH"


def test_a_missing_topic_is_told_as_unavailable():
    with mock_aws():
        channel = SnsChannel(client=boto3.client("sns"), topic_arn="arn:aws:sns:eu-west-1:123456789012:gone")

        with pytest.raises(Unavailable, match=r"topic arn:\S+ could not be asked \(NotFound"):
            channel.show(an_incident(), (), None)
