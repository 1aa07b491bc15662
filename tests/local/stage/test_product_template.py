"""The product's own template stands on the stage: every type, every property, every permission that its lanes need."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightlatch.local.aws.moto_server import MotoServer
from nightlatch.local.deployment import deploy, read_template
from nightlatch.local.deployment.template import Place
from nightlatch.local.events.grants import Ask, grants
from nightlatch.local.queues.moto_queues import StageQueue

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stage-product_template")]

SLACK = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack-AbCdEf"
TEMPLATE = Path(__file__).parents[3] / "template.yaml"


@pytest.fixture(scope="module")
def stack():
    place = Place(account="111122223333", region="eu-west-1", stack_name="nightlatch")
    with MotoServer(tell=lambda _envelope: None) as server:
        parameters = {"ActionMode": "slack", "SlackSecretArn": SLACK, "AlertEmail": "ana@example.com"}
        yield deploy(read_template(TEMPLATE, parameters, place), server.endpoint)


def test_every_function_has_its_handler_and_its_layer(stack):
    assert stack.functions
    for function in stack.functions.values():
        module = function.handler.partition(".")[0]
        assert (function.code / f"{module}.py").is_file()
        assert [(layer / "nightlatch").is_dir() for layer in function.layers] == [True]


def test_every_rule_may_reach_its_queues_and_their_dead_letters(stack):
    # Those of the inventory and of the heart call a function, and their next knock asks for the same.
    knocks = {"AuditRule", "HeartbeatRule"}
    rules = [rule for rule in stack.of_type("AWS::Events::Rule") if rule.logical_id not in knocks]
    refused = [
        (rule.logical_id, arn)
        for rule in rules
        for target in rule.properties["Targets"]
        for arn in (target["Arn"], target["DeadLetterConfig"]["Arn"])
        if not grants(StageQueue(arn).policy, sending_to(arn, rule.attributes["Arn"]))
    ]

    assert rules
    assert refused == []


def sending_to(arn, rule_arn):
    return Ask(
        service="events.amazonaws.com",
        action="sqs:SendMessage",
        resource=arn,
        source_arn=rule_arn,
        source_account="111122223333",
    )


def test_every_lane_reports_its_failures_and_ends_in_dead_letters(stack):
    assert all(mapping.reports_failures for mapping in stack.mappings)
    by_arn = {queue.attributes["Arn"]: queue for queue in stack.of_type("AWS::SQS::Queue")}
    for mapping in stack.mappings:
        assert by_arn[mapping.queue_arn].properties["RedrivePolicy"]["deadLetterTargetArn"] in by_arn


def test_the_stage_holds_everything_that_the_template_asks_for(stack):
    assert stack.unrealised == ()
