"""What calls of Lambda and CloudFormation need.

Source: service authorization reference (2026), list_awslambda and list_awscloudformation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightlatch.local.permissions.insides import Insides
from nightlatch.local.permissions.needed.asking import Needs, Table, Write, on_everything
from nightlatch.local.permissions.policies import Request


def _on_function(action: str) -> Write:
    def write(asked: Mapping[str, Any], inside: Insides) -> Needs:
        yield Request(action=f"lambda:{action}", resource=inside.function(asked["FunctionName"]))

    return write


def _stack_resources(asked: Mapping[str, Any], inside: Insides) -> Needs:
    yield Request(action="cloudformation:ListStackResources", resource=inside.stack(asked["StackName"]))


TABLE: Table = {
    ("lambda", "Invoke"): _on_function("InvokeFunction"),
    ("lambda", "GetFunctionConfiguration"): _on_function("GetFunctionConfiguration"),
    ("lambda", "ListFunctions"): on_everything("lambda:ListFunctions"),
    ("cloudformation", "ListStackResources"): _stack_resources,
}
