"""No event is lost on its way: queues, dead letters, retries, and tables that can be put back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.transformed import dead_letter_queues, many, resource, resources, target
from nightlatch.domain.account.takings import HELD_FOR
from nightlatch.domain.answering.responses import LEASE
from nightlatch.domain.watching.beats import BEAT_EVERY
from nightlatch.service.respond import MOST_PAUSES, PAUSE_S
from nightlatch.wiring import AUDITED_FOR, LOOKED_FOR, SPARED

QUEUES, RULES, FUNCTIONS = "AWS::SQS::Queue", "AWS::Events::Rule", "AWS::Lambda::Function"


def test_every_queue_has_a_dead_letter_queue_or_is_one() -> None:
    for name, queue in resources(QUEUES).items():
        assert ("RedrivePolicy" in queue) != (name in dead_letter_queues()), name


@pytest.mark.parametrize("name", [name for name, queue in resources(QUEUES).items() if "RedrivePolicy" in queue])
def test_a_dead_letter_queue_keeps_messages_longer_and_is_of_the_same_kind(name: str) -> None:
    queue = resources(QUEUES)[name]
    dead = resources(QUEUES)[target(queue["RedrivePolicy"]["deadLetterTargetArn"])]

    assert dead["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]
    assert dead.get("FifoQueue") == queue.get("FifoQueue")


def test_every_queue_is_encrypted() -> None:
    assert all(queue["SqsManagedSseEnabled"] is True for queue in resources(QUEUES).values())


# The two that call a function: the next knock asks for the same, so that there is nothing to keep.
KNOCKS = {"AuditRule": "Auditor", "HeartbeatRule": "Heartbeat", "DrillRule": "Responder"}
TO_LANES = sorted(set(resources(RULES)) - set(KNOCKS))


@pytest.mark.parametrize("name", TO_LANES)
def test_a_rule_retries_and_then_keeps_what_it_could_not_deliver(name: str) -> None:
    for lane in resources(RULES)[name]["Targets"]:
        queue = resources(QUEUES)[target(lane["Arn"])]

        assert lane["RetryPolicy"]["MaximumRetryAttempts"] > 0
        assert lane["DeadLetterConfig"]["Arn"] == queue["RedrivePolicy"]["deadLetterTargetArn"]


@pytest.mark.parametrize("name", TO_LANES)
def test_a_rule_may_send_to_its_lane_and_to_the_dead_letter_queue(name: str) -> None:
    for lane in resources(RULES)[name]["Targets"]:
        for queue in (target(lane["Arn"]), target(lane["DeadLetterConfig"]["Arn"])):
            assert name in senders(queue), queue


def test_the_schedule_of_the_inventory_knocks_often_enough_to_go_on() -> None:
    assert resources(RULES)["AuditRule"]["ScheduleExpression"] == "rate(5 minutes)"


def test_a_drill_comes_each_week_where_there_is_a_vault() -> None:
    rule = resources(RULES)["DrillRule"]

    assert rule["ScheduleExpression"] == "rate(7 days)"
    assert "drill" in json.loads(rule["Targets"][0]["Input"])
    assert {resource(name)["Condition"] for name in ("DrillRule", "DrillDeliveryAlarm", "ResponderMayBeCalled")} == {
        "HasVault"
    }


def test_a_schedule_may_call_its_function_and_no_other_rule_may() -> None:
    called = {name: [target(one["Arn"]) for one in resources(RULES)[name]["Targets"]] for name in KNOCKS}
    permitted = {
        target(one["SourceArn"]): [target(one["FunctionName"])]
        for one in resources("AWS::Lambda::Permission").values()
        if "events" in one["Principal"]
    }

    assert called == permitted == {name: [function] for name, function in KNOCKS.items()}


def test_a_beat_that_failed_is_not_tried_again_beside_the_next() -> None:
    [config] = [
        one
        for one in resources("AWS::Lambda::EventInvokeConfig").values()
        if target(one["FunctionName"]) == "Heartbeat"
    ]
    lasts = timedelta(seconds=resources(FUNCTIONS)["Heartbeat"]["Timeout"])

    assert config["MaximumRetryAttempts"] == 0
    assert timedelta(seconds=config["MaximumEventAgeInSeconds"]) + lasts < BEAT_EVERY
    assert lasts >= LOOKED_FOR + SPARED


def test_the_auditor_ends_before_somebody_else_may_go_on_with_its_inventory() -> None:
    timeout = timedelta(seconds=resources(FUNCTIONS)["Auditor"]["Timeout"])

    assert AUDITED_FOR < timeout < HELD_FOR


def senders(queue: str) -> set[str]:
    """Name the rules that a queue's policy lets in, and insist that nobody else is."""
    rules: set[str] = set()
    for policy in resources("AWS::SQS::QueuePolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow" and queue in {target(arn) for arn in many(statement["Resource"])}:
                assert statement["Principal"] == {"Service": "events.amazonaws.com"}
                assert statement["Action"] == "sqs:SendMessage"
                rules |= {target(arn) for arn in many(statement["Condition"]["ArnEquals"]["aws:SourceArn"])}
    return rules


@pytest.mark.parametrize("name", resources(QUEUES))
def test_a_queue_is_reached_over_tls_only(name: str) -> None:
    refused = [
        statement
        for policy in resources("AWS::SQS::QueuePolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        and name in {target(arn) for arn in many(statement["Resource"])}
        and name in {target(queue) for queue in policy["Queues"]}
    ]

    assert len(refused) == 1


def mappings() -> dict[str, Any]:
    """Give what feeds functions from queues."""
    return dict(resources("AWS::Lambda::EventSourceMapping"))


def test_every_queue_but_the_dead_letters_feeds_one_function() -> None:
    fed = sorted(target(mapping["EventSourceArn"]) for mapping in mappings().values())

    assert fed == sorted(set(resources(QUEUES)) - dead_letter_queues())


@pytest.mark.parametrize("name", mappings())
def test_one_bad_message_does_not_take_its_neighbours_along(name: str) -> None:
    assert mappings()[name]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("name", mappings())
def test_a_message_stays_hidden_six_times_as_long_as_the_function_may_run(name: str) -> None:
    mapping = mappings()[name]
    queue = resources(QUEUES)[target(mapping["EventSourceArn"])]
    function = resources(FUNCTIONS)[target(mapping["FunctionName"])]

    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"] + mapping.get("MaximumBatchingWindowInSeconds", 0)


def test_responses_come_in_order_with_the_deduplication_id_that_the_sender_gives() -> None:
    responses = resources(QUEUES)["ResponsesQueue"]

    assert responses["FifoQueue"] is True
    assert responses["ContentBasedDeduplication"] is False


@pytest.mark.parametrize("name", resources("AWS::DynamoDB::Table"))
def test_a_table_expires_what_is_old_and_can_be_put_back(name: str) -> None:
    table = resources("AWS::DynamoDB::Table")[name]

    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]
    assert (resource(name)["DeletionPolicy"], resource(name)["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_an_act_may_wait_for_a_held_name_and_is_not_taken_for_cut_off_meanwhile():
    timeout = timedelta(seconds=resources(FUNCTIONS)["Responder"]["Timeout"])
    hidden = timedelta(seconds=resources("AWS::SQS::Queue")["ResponsesQueue"]["VisibilityTimeout"])

    assert timedelta(seconds=PAUSE_S * MOST_PAUSES) < timeout < LEASE < hidden
