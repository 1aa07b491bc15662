"""What is said in AWS's place where neither moto nor the stage can hold it; `planted/beyond.py` gives the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from nightlatch.local.scenes.planted.accounts import stack_list
from nightlatch.local.scenes.planted.beyond import VPC_OF_FUNCTIONS
from nightlatch.local.scenes.planted.ground import Ground
from nightlatch.local.scenes.planted.plots import STRANGER


class Planted(Protocol):
    """A world of which some is said."""

    ground: Ground
    listed: dict[str, Mapping[str, Any]]
    described: dict[str, Mapping[str, Any]]
    policies: dict[str, str]
    unmasked: set[str]
    changed: set[str]
    by_aws: list[Mapping[str, Any]]


def in_place_of_aws(world: Planted) -> dict[str, Any]:
    """Say what neither moto nor the stage can hold."""

    def secrets(asked: Mapping[str, Any], call: Any) -> Any:
        answer = call(**asked)
        return {**answer, "SecretList": [{**one, **world.listed.get(one["Name"], {})} for one in answer["SecretList"]]}

    def description(asked: Mapping[str, Any], call: Any) -> Any:
        return {**call(**asked), **world.described.get(asked["SecretId"], {})}

    def policy(asked: Mapping[str, Any], call: Any) -> Any:
        given = world.policies.get(asked["SecretId"])
        return {**call(**asked)} if given is None else {"ResourcePolicy": given}

    def key(asked: Mapping[str, Any], call: Any) -> Any:
        if STRANGER in asked["KeyId"]:
            return {"KeyMetadata": {"Arn": asked["KeyId"], "KeyId": "k", "KeyState": "Enabled"}}
        return call(**asked)

    def functions(asked: Mapping[str, Any], call: Any) -> Any:
        answer = call(**asked)
        return {**answer, "Functions": [_as_aws_has_it(world, one) for one in answer["Functions"]]}

    def groups(asked: Mapping[str, Any], call: Any) -> Any:
        answer = call(**asked)
        masked = [
            one
            if one["logGroupName"].rpartition("/")[2] in world.unmasked
            else {**one, "dataProtectionStatus": "ACTIVATED"}
            for one in answer["logGroups"]
        ]
        return {**answer, "logGroups": masked}

    def iam(asked: Mapping[str, Any], call: Any) -> Any:
        answer = call(**asked)
        held = [{"PolicyArn": one["Arn"], "PolicyName": one["PolicyName"]} for one in world.by_aws]
        roles = [{**one, "AttachedManagedPolicies": held} for one in answer["RoleDetailList"]]
        return {**answer, "RoleDetailList": roles, "Policies": [*answer["Policies"], *world.by_aws]}

    return {
        "secretsmanager__ListSecrets": secrets,
        "secretsmanager__DescribeSecret": description,
        "secretsmanager__GetResourcePolicy": policy,
        "kms__DescribeKey": key,
        "lambda__ListFunctions": functions,
        "logs__DescribeLogGroups": groups,
        "iam__GetAccountAuthorizationDetails": iam,
        "cloudformation__ListStackResources": lambda _asked, _call: stack_list(),
    }


def _as_aws_has_it(world: Planted, function: Mapping[str, Any]) -> Mapping[str, Any]:
    lately = {"LastModified": (world.ground.now - timedelta(days=1)).isoformat()}
    is_there = (function.get("VpcConfig") or {}).get("VpcId") == VPC_OF_FUNCTIONS
    return {
        **function,
        **(lately if function["FunctionName"] in world.changed else {}),
        **({"VpcConfig": {"VpcId": world.ground.vpc}} if is_there else {}),
    }
