"""A part of nightlatch is told by service and name, in whatever form, and nobody else's resource ever is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.detections.tampered import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import (
    CLOUDFORMATION,
    CLOUDWATCH,
    DYNAMODB,
    EVENTBRIDGE,
    IAM,
    KMS,
    LAMBDA,
    LOGS,
    S3,
    SNS,
    SQS,
    Failure,
    SecretEvent,
)
from nightlatch.domain.history.examples import ACCOUNT, REGION, a_role, an_event
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import fold
from nightlatch.domain.judging.rules import Match, applies, detect

HERE = f"{REGION}:{ACCOUNT}"
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARNS = {
    EVENTBRIDGE: f"arn:aws:events:{HERE}:rule/nl-reads",
    LAMBDA: f"arn:aws:lambda:{HERE}:function:nl-detector",
    SNS: f"arn:aws:sns:{HERE}:nl-alerts",
    SQS: f"arn:aws:sqs:{HERE}:nl-lane",
    DYNAMODB: f"arn:aws:dynamodb:{HERE}:table/nl-table",
    S3: "arn:aws:s3:::nl-vault",
    KMS: f"arn:aws:kms:{HERE}:key/{KEY}",
    LOGS: f"arn:aws:logs:{HERE}:log-group:/aws/lambda/nl-detector",
    IAM: f"arn:aws:iam::{ACCOUNT}:role/nl-responder",
    CLOUDFORMATION: f"arn:aws:cloudformation:{HERE}:stack/nl/0a1b2c3d",
    CLOUDWATCH: f"arn:aws:cloudwatch:{HERE}:alarm:nl-heartbeat-missing",
}
CALLS = [
    (EVENTBRIDGE, "DeleteRule", {"name": "nl-reads"}),
    (EVENTBRIDGE, "DisableRule", {"name": "nl-reads", "eventBusName": "default"}),
    (EVENTBRIDGE, "EnableRule", {"name": "nl-reads"}),
    (EVENTBRIDGE, "PutRule", {"name": "nl-reads", "state": "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}),
    (EVENTBRIDGE, "PutTargets", {"rule": "nl-reads", "targets": []}),
    (EVENTBRIDGE, "RemoveTargets", {"rule": "nl-reads", "ids": ["1"]}),
    (LAMBDA, "DeleteFunction20150331", {"functionName": "nl-detector"}),
    (LAMBDA, "UpdateFunctionCode20150331v2", {"functionName": "nl-detector:live"}),
    (LAMBDA, "UpdateFunctionConfiguration20150331v2", {"functionName": f"{ACCOUNT}:function:nl-detector"}),
    (LAMBDA, "PutFunctionConcurrency20171031", {"functionName": "nl-detector", "reservedConcurrentExecutions": "0"}),
    (LAMBDA, "PutFunctionConcurrency20171031", {"functionName": "nl-detector"}),
    (LAMBDA, "RemovePermission20150331v2", {"functionName": "nl-detector"}),
    (SNS, "DeleteTopic", {"topicArn": ARNS[SNS]}),
    (SNS, "Unsubscribe", {"subscriptionArn": f"{ARNS[SNS]}:0a1b2c3d"}),
    (SNS, "SetSubscriptionAttributes", {"subscriptionArn": f"{ARNS[SNS]}:0a1b", "attributeName": "FilterPolicy"}),
    (SQS, "PurgeQueue", {"queueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/nl-lane"}),
    (DYNAMODB, "DeleteTable", {"tableName": "nl-table"}),
    (DYNAMODB, "UpdateTimeToLive", {"tableName": "nl-table"}),
    (S3, "PutBucketPolicy", {"bucketName": "nl-vault"}),
    (KMS, "ScheduleKeyDeletion", {"keyId": KEY}),
    (KMS, "DisableKey", {"keyId": ARNS[KMS]}),
    (LOGS, "DeleteLogGroup", {"logGroupName": "/aws/lambda/nl-detector"}),
    (IAM, "PutRolePolicy", {"roleName": "nl-responder", "policyName": "x"}),
    (IAM, "UpdateAssumeRolePolicy", {"roleName": "nl-responder"}),
    (CLOUDFORMATION, "DeleteStack", {"stackName": "nl"}),
    (CLOUDFORMATION, "DeleteStack", {"stackName": ARNS[CLOUDFORMATION]}),
    (CLOUDWATCH, "DeleteAlarms", {"alarmNames": ["nightly", "nl-heartbeat-missing"]}),
    (CLOUDWATCH, "DisableAlarmActions", {"alarmNames": ["nl-heartbeat-missing"]}),
    (CLOUDWATCH, "PutMetricAlarm", {"alarmName": "nl-heartbeat-missing", "threshold": 1e9}),
    (CLOUDWATCH, "SetAlarmState", {"alarmName": "nl-heartbeat-missing", "stateValue": "OK"}),
    (CLOUDWATCH, "PutAlarmMuteRule", {"name": "quiet", "muteTargets": {"alarmNames": ["nl-heartbeat-missing"]}}),
]


def own(*entries: str) -> Baseline:
    return Baseline(inventory=Inventory(self_resources=frozenset(entries)))


def judge(event: SecretEvent, baseline: Baseline) -> Match | None:
    assert applies(DETECTION, event)
    verdict = DETECTION.evaluate(event, baseline)
    assert verdict is None or isinstance(verdict, Match)
    return verdict


@pytest.mark.parametrize(("source", "name", "request_"), CALLS)
def test_each_call_on_a_part_of_ours_fires_and_on_any_other_resource_not(source, name, request_):
    event = an_event(name, source=source, request=request_)
    others = own(*(arn.replace("nl", "other").replace(KEY, KEY[::-1]) for arn in ARNS.values()))

    assert judge(event, own(ARNS[source])) is not None
    assert judge(event, own(*ARNS.values())) is not None
    assert judge(event, others) is None
    assert judge(event, Baseline()) is None


@pytest.mark.parametrize("entry", ["nl-reads", ARNS[EVENTBRIDGE], f"arn:aws:events:{HERE}:rule/hub/nl-reads"])
def test_the_inventory_may_name_it_in_any_form(entry):
    assert judge(an_event("DeleteRule", source=EVENTBRIDGE, request={"name": "nl-reads"}), own(entry)) is not None


@pytest.mark.parametrize(
    "entry",
    [
        ARNS[SNS].replace("nl-alerts", "nl-reads"),
        ARNS[EVENTBRIDGE].replace(REGION, "us-east-1"),
        ARNS[EVENTBRIDGE].replace(ACCOUNT, "999988887777"),
        ARNS[CLOUDWATCH].replace("nl-heartbeat-missing", "nl-reads"),
    ],
)
def test_the_same_name_at_another_service_region_or_account_is_another_resource(entry):
    assert judge(an_event("DeleteRule", source=EVENTBRIDGE, request={"name": "nl-reads"}), own(entry)) is None


def test_the_same_name_of_call_at_another_service_is_not_read():
    assert not applies(DETECTION, an_event("DeleteRule", source="waf.amazonaws.com"))


def test_what_the_answer_names_counts_where_the_request_does_not():
    event = an_event(
        "UpdateEventSourceMapping20150331",
        source=LAMBDA,
        request={"uUID": "0a1b", "enabled": False},
        response={"functionArn": ARNS[LAMBDA], "eventSourceArn": ARNS[SQS]},
    )

    assert judge(event, own(ARNS[LAMBDA])) is not None
    assert judge(event, own(ARNS[SQS])) is not None


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("PutFunctionConcurrency20171031", {"reservedConcurrentExecutions": 1}),
        ("DeleteFunctionConcurrency20171031", {}),
        ("UpdateFunctionCode20150331v2", {"dryRun": True}),
    ],
)
def test_what_mutes_nothing_is_silent(name, request_):
    event = an_event(name, source=LAMBDA, request={"functionName": "nl-detector", **request_})

    assert judge(event, own(ARNS[LAMBDA])) is None


def test_switching_actions_of_an_alarm_on_again_is_no_harm():
    assert not applies(DETECTION, an_event("EnableAlarmActions", source=CLOUDWATCH))


def test_a_call_that_aws_did_not_carry_out_is_silent():
    event = an_event("DeleteRule", source=EVENTBRIDGE, request={"name": "nl-reads"}, failure=Failure("ValidationError"))

    assert judge(event, own(ARNS[EVENTBRIDGE])) is None


def test_neither_a_service_nor_a_stack_silences_it():
    stack = replace(a_role("deploy"), invoked_by="cloudformation.amazonaws.com")
    event = an_event("DeleteRule", source=EVENTBRIDGE, request={"name": "nl-reads"}, by=stack)

    assert judge(event, own(ARNS[EVENTBRIDGE])) is not None


@pytest.mark.parametrize(
    ("name", "state", "blind"),
    [
        ("PutRule", "ENABLED", True),
        ("PutRule", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", False),
        ("EnableRule", None, True),
        ("DisableRule", None, False),
    ],
)
def test_a_state_that_loses_reads_is_said(name, state, blind):
    request = {"name": "nl-reads"} | ({"state": state} if state else {})
    found = judge(an_event(name, source=EVENTBRIDGE, request=request), own("nl-reads"))

    assert found is not None
    assert ("lets no reads through" in found.reason) is blind


def test_the_rule_and_the_function_are_two_findings_of_one_person_and_a_repetition_none():
    calls = [
        an_event("PutRule", source=EVENTBRIDGE, request={"name": "nl-reads", "state": "ENABLED"}),
        an_event("PutRule", source=EVENTBRIDGE, request={"name": "nl-reads", "state": "ENABLED"}),
        an_event(
            "PutFunctionConcurrency20171031",
            source=LAMBDA,
            request={"functionName": "nl-detector", "reservedConcurrentExecutions": 0},
            after_s=120,
        ),
    ]
    baseline = own(ARNS[EVENTBRIDGE], ARNS[LAMBDA])

    findings = [
        fold(tuple(f for e in order for f in detect(e, baseline, (DETECTION,))[0])) for order in (calls, calls[::-1])
    ]

    assert findings[0] == findings[1]
    assert [f.severity.value for f in findings[0]] == ["CRITICAL", "CRITICAL"]


def test_what_the_name_of_a_field_means_is_said_by_its_service():
    alias = {"functionName": "other", "name": "nl-detector"}
    trial = {"name": "nl-reads", "dryRun": True}

    assert judge(an_event("UpdateAlias20150331", source=LAMBDA, request=alias), own(ARNS[LAMBDA])) is None
    assert judge(an_event("DeleteRule", source=EVENTBRIDGE, request=trial), own(ARNS[EVENTBRIDGE])) is not None
