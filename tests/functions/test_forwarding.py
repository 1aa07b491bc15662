"""IAM writes its events in us-east-1 only; a small template forwards them to where the stack is, and nothing else."""

from __future__ import annotations

from functools import cache
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from functions.transformed import TEMPLATE, source

HOME = {"Fn::Sub": "arn:${AWS::Partition}:events:${HomeRegion}:${AWS::AccountId}:event-bus/default"}


@cache
def forwarding() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml_parse(TEMPLATE.with_name("us-east-1.yaml").read_text("utf-8"))
    return parsed


def of_kind(kind: str) -> dict[str, Any]:
    return {name: one["Properties"] for name, one in forwarding()["Resources"].items() if one["Type"] == kind}


def test_what_is_forwarded_is_what_the_stack_asks_of_iam() -> None:
    (rule,) = of_kind("AWS::Events::Rule").values()

    assert rule["State"] == "ENABLED"
    assert rule["EventPattern"] == source()["Resources"]["RolesRule"]["Properties"]["EventPattern"]


def test_it_goes_to_the_home_bus_and_what_does_not_arrive_is_kept() -> None:
    (rule,) = of_kind("AWS::Events::Rule").values()
    (target,) = rule["Targets"]

    assert target["Arn"] == HOME
    assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0
    assert target["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}


def test_its_role_may_put_events_on_that_bus_and_no_more() -> None:
    (role,) = of_kind("AWS::IAM::Role").values()
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Allow", "events:PutEvents", HOME)


def test_a_stack_in_us_east_1_would_go_in_a_circle_and_is_refused() -> None:
    (refused,) = forwarding()["Rules"]["ForwardsElsewhere"]["Assertions"]

    assert refused["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "HomeRegion"}, "us-east-1"]}]}
