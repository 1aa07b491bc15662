"""The template as CloudFormation gets it: SAM's transform applied, offline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
_LOCAL_CODE = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}

Properties = Mapping[str, Any]


class _NoManagedPolicies:
    """Stands where SAM would ask IAM for the ARNs of managed policies; the template names none."""

    def load(self) -> dict[str, str]:
        return {}


@cache
def source() -> Mapping[str, Any]:
    """Read the template as it is written."""
    parsed: Mapping[str, Any] = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    return parsed


@cache
def template() -> Mapping[str, Any]:
    """Transform the template as `sam deploy` would after uploading the code."""
    content = json.loads(json.dumps(source()))
    for resource in content["Resources"].values():
        if place := _LOCAL_CODE.get(resource["Type"]):
            resource["Properties"][place] = "s3://artifacts/code.zip"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", "eu-west-1")  # the transform asks boto3 which partition it is in
        transformed: Mapping[str, Any] = transform(content, {}, _NoManagedPolicies())
    return transformed


def resources(kind: str) -> Mapping[str, Properties]:
    """Give the properties of every resource of one type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


def resource(name: str) -> Mapping[str, Any]:
    """Give one resource whole."""
    found: Mapping[str, Any] = template()["Resources"][name]
    return found


def target(value: Any) -> str:
    """Name the resource that a Ref or a GetAtt points to, where there is a condition when it holds."""
    match value:
        case {"Fn::If": [_, wanted, {"Ref": "AWS::NoValue"}]}:
            return target(wanted)
        case {"Ref": str(name)}:
            return name
        case {"Fn::GetAtt": [str(name), *_]}:
            return name
    raise AssertionError(f"neither Ref nor GetAtt: {value}")


def many(value: Any) -> list[Any]:
    """Give a list where CloudFormation allows one value or a list."""
    return value if isinstance(value, list) else [value]


def dead_letter_queues() -> set[str]:
    """Name the queues that others redrive to."""
    return {
        target(queue["RedrivePolicy"]["deadLetterTargetArn"])
        for queue in resources("AWS::SQS::Queue").values()
        if "RedrivePolicy" in queue
    }


def policies_of(role: str) -> list[tuple[Mapping[str, Any], str | None]]:
    """Give a role's policy documents, those attached beside it included, each with the condition it exists under."""
    within = [(one["PolicyDocument"], None) for one in resource(role)["Properties"]["Policies"]]
    attached = [
        (one["PolicyDocument"], resource(name).get("Condition"))
        for name, one in resources("AWS::IAM::Policy").items()
        if role in {target(held) for held in one["Roles"]}
    ]
    return [*within, *attached]
