"""CloudFormation's functions are resolved as AWS resolves them, and what is not understood is refused."""

from __future__ import annotations

import pytest

from nightlatch.local.deployment.errors import TemplateError, UnknownReference, Unsupported
from nightlatch.local.deployment.intrinsics import NO_VALUE, Evaluator, references


class SmallWorld:
    """A world with one resource, two parameters and two conditions."""

    def ref(self, name):
        known = {"Queue": "https://queue", "AWS::Region": "eu-west-1", "Names": ["ana", "ben"]}
        if name not in known:
            raise UnknownReference(name)
        return known[name]

    def attribute(self, logical_id, name):
        return f"{logical_id}/{name}"

    def condition(self, name):
        return name == "Yes"

    def look_up(self, table, first, second):
        return {("Sizes", "eu-west-1", "Batch"): 10}[(table, first, second)]

    def parameter_store(self, name):
        return f"<{name}>"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"Ref": "Queue"}, "https://queue"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "Queue/Arn"),
        ({"Fn::GetAtt": "Queue.Arn"}, "Queue/Arn"),
        (
            {"Fn::Sub": "${Queue} in ${AWS::Region}, ${Queue.Arn}, ${!Literal}"},
            "https://queue in eu-west-1, Queue/Arn, ${Literal}",
        ),
        ({"Fn::Sub": ["${a}-${AWS::Region}", {"a": {"Ref": "Queue"}}]}, "https://queue-eu-west-1"),
        ({"Fn::Join": ["/", ["a", {"Ref": "AWS::NoValue"}, "b"]]}, "a/b"),
        ({"Fn::Join": [",", {"Ref": "Names"}]}, "ana,ben"),
        ({"Fn::If": ["Yes", "a", "b"]}, "a"),
        ({"Fn::If": ["No", "a", "b"]}, "b"),
        ({"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}, True),
        ({"Fn::And": [{"Condition": "Yes"}, {"Fn::Not": [{"Condition": "No"}]}]}, True),
        ({"Fn::Or": [{"Condition": "No"}, {"Fn::Equals": ["a", "b"]}]}, False),
        ({"Fn::Select": ["1", {"Fn::Split": [",", "a,b,c"]}]}, "b"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "Batch"]}, 10),
        ("{{resolve:ssm:/a/b}}", "</a/b>"),
        ("x{{resolve:ssm:/a/b:2}}", "x</a/b:2>"),
        ({"a": {"Ref": "AWS::NoValue"}, "b": 1}, {"b": 1}),
        (
            {"Condition": {"Bool": {"aws:SecureTransport": False}}},
            {"Condition": {"Bool": {"aws:SecureTransport": False}}},
        ),
    ],
)
def test_an_expression_resolves_to(expression, expected):
    assert Evaluator(SmallWorld()).resolve(expression) == expected


def test_no_value_alone_stays_recognisable():
    assert Evaluator(SmallWorld()).resolve({"Ref": "AWS::NoValue"}) is NO_VALUE


@pytest.mark.parametrize(
    "expression",
    [
        {"Fn::ImportValue": "other-stack"},
        {"Fn::GetAZs": ""},
        "{{resolve:secretsmanager:a}}",
    ],
)
def test_what_the_stage_does_not_support_is_refused_by_name(expression):
    with pytest.raises(Unsupported, match="does not"):
        Evaluator(SmallWorld()).resolve(expression)


def test_an_unknown_name_in_a_text_is_refused_and_not_left_standing():
    with pytest.raises(UnknownReference, match="Quueue"):
        Evaluator(SmallWorld()).resolve({"Fn::Sub": "${Quueue}"})


def test_selecting_past_the_end_is_refused():
    with pytest.raises(TemplateError, match="element 7 of 2"):
        Evaluator(SmallWorld()).resolve({"Fn::Select": [7, ["a", "b"]]})


def test_references_are_found_at_every_depth_without_the_names_a_text_brings_itself():
    expression = {
        "a": [{"Ref": "One"}, {"Fn::Sub": ["${Two.Arn} ${own} ${!Three}", {"own": {"Fn::GetAtt": "Four.Arn"}}]}],
        "b": {"Fn::If": ["Yes", {"Fn::GetAtt": ["Five", "Arn"]}, 1]},
    }

    assert references(expression) == {"One", "Two", "Four", "Five"}
