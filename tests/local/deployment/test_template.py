"""A template is read whole: parameters are checked, conditions decided, resources put in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightlatch.local.deployment import BadParameter, TemplateError, UnknownReference, Unsupported, read_template
from nightlatch.local.deployment.errors import CircularDependency
from nightlatch.local.deployment.template import Place

PLACE = Place(account="111122223333", region="eu-west-1", stack_name="small")
SMALL = Path(__file__).parent.parent / "fixtures" / "small" / "template.yaml"


def read(tmp_path, text, **parameters):
    path = tmp_path / "template.yaml"
    path.write_text(text, encoding="utf-8")
    return read_template(path, parameters, PLACE)


def test_the_small_template_has_its_resources_after_what_they_refer_to():
    names = [wanted.logical_id for wanted in read_template(SMALL, {}, PLACE).resources]

    assert names.index("Lost") < names.index("Changes") < names.index("ChangeRule") < names.index("ChangesPolicy")
    assert names.index("WorkerRole") < names.index("Worker") < names.index("WorkerChanges")


@pytest.mark.parametrize(("mode", "made"), [("quiet", False), ("loud", True)])
def test_a_condition_decides_whether_a_resource_is_made(mode, made):
    names = [wanted.logical_id for wanted in read_template(SMALL, {"Mode": mode}, PLACE).resources]

    assert ("Extra" in names) is made


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"Mode": "shrill"}, "Mode must be one of: quiet, loud"),
        ({"Prefix": "Small1"}, "Prefix is not of the allowed form"),
        ({"RetryAfterSeconds": "61"}, "must lie between 1 and 60"),
        ({"RetryAfterSeconds": "soon"}, "must be a number"),
        ({"Nonsense": "1"}, "declares no parameter Nonsense"),
    ],
)
def test_a_parameter_that_is_not_allowed_is_refused_with_the_reason(parameters, said):
    with pytest.raises(BadParameter, match=said):
        read_template(SMALL, parameters, PLACE)


def test_a_refused_value_is_not_repeated(tmp_path):
    text = "Parameters: {Token: {Type: String, NoEcho: true, AllowedPattern: '[a-z]+'}}\nResources: {}"

    with pytest.raises(BadParameter) as refused:
        read(tmp_path, text, Token="PLANTED-1")

    assert "PLANTED-1" not in str(refused.value)


def test_a_parameter_without_a_value_is_refused(tmp_path):
    with pytest.raises(BadParameter, match="Size has no default"):
        read(tmp_path, "Parameters: {Size: {Type: Number}}\nResources: {}")


@pytest.mark.parametrize(("mode", "name", "kept"), [("loud", "", False), ("loud", "ana", True), ("quiet", "", True)])
def test_a_rule_about_parameters_is_kept_or_told(tmp_path, mode, name, kept):
    text = """
Parameters: {Mode: {Type: String}, Name: {Type: String}}
Rules:
  LoudNeedsName:
    RuleCondition: !Equals [!Ref Mode, loud]
    Assertions:
      - {Assert: !Not [!Equals [!Ref Name, ""]], AssertDescription: loud needs a name}
      - {Assert: !Contains [[loud, quiet], !Ref Mode]}
Resources: {}
"""
    if kept:
        assert read(tmp_path, text, Mode=mode, Name=name).resources == ()
    else:
        with pytest.raises(BadParameter, match="LoudNeedsName is not kept: loud needs a name"):
            read(tmp_path, text, Mode=mode, Name=name)


def test_resources_that_wait_for_each_other_are_refused(tmp_path):
    text = """
Resources:
  One: {Type: "AWS::SNS::Topic", Properties: {DisplayName: !GetAtt Two.TopicName}}
  Two: {Type: "AWS::SNS::Topic", DependsOn: One}
"""
    with pytest.raises(CircularDependency, match=r"One.*Two"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("Resources: {One: {Type: 'AWS::SNS::Topic', Condition: Nowhere}}", UnknownReference, "the condition Nowhere"),
        ("Surprise: {}\nResources: {}", Unsupported, "section Surprise"),
        ("Resources: {One: {Type: 'AWS::SNS::Topic', CreationPolicy: {}}}", Unsupported, "attribute CreationPolicy"),
        ("Description: empty", TemplateError, "needs a Resources section"),
    ],
)
def test_a_template_that_cannot_be_read_whole_is_refused(tmp_path, text, error, said):
    with pytest.raises(error, match=said):
        read(tmp_path, text)


def test_what_the_sam_translator_refuses_is_told_in_its_own_words(tmp_path):
    text = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Lonely: {Type: "AWS::Serverless::Function", Properties: {Handler: app.handler, Runtime: python3.13}}
"""
    with pytest.raises(TemplateError, match="the SAM translator refuses"):
        read(tmp_path, text)
