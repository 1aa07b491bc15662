"""Where an ARN may be written down is found on AWS as moto plays it; a variable's value never comes along."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import boto3
import pytest

from nightlatch.adapters.history.trails_memory import MemoryTrails
from nightlatch.adapters.history.uses import Kind, PairKey, Touch
from nightlatch.adapters.inventory.pointers import AwsPointers
from nightlatch.domain.errors import NotFound
from nightlatch.domain.history.examples import AT
from worlds import ACCOUNT, REGION, a_client, on_moto

OLD = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db-AbCdEf"
KEY = f"{ACCOUNT}/{REGION}/prod/db"


@pytest.fixture
def pointers(monkeypatch) -> Iterator[AwsPointers]:
    with on_moto(monkeypatch):
        yield pointers_on(MemoryTrails())


def pointers_on(trails: MemoryTrails, **changes) -> AwsPointers:
    """Page through lists, which the shared clients of `worlds` cannot."""
    iam, functions, secrets = (boto3.client(name, region_name=REGION) for name in ("iam", "lambda", "secretsmanager"))
    return AwsPointers(trails, iam, functions, secrets, **changes)


def a_policy(resource: str) -> str:
    statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def a_role(name: str) -> str:
    return str(a_client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=a_policy("*"))["Role"]["Arn"])


def test_policies_of_customers_and_inline_ones_that_name_it_are_found(pointers):
    iam = a_client("iam")
    for name, resource in (("old", OLD), ("pattern", OLD[:-6] + "??????")):
        a_role(f"{name}-role")
        iam.put_role_policy(RoleName=f"{name}-role", PolicyName="inline", PolicyDocument=a_policy(resource))
        iam.create_user(UserName=f"{name}-user")
        iam.put_user_policy(UserName=f"{name}-user", PolicyName="inline", PolicyDocument=a_policy(resource))
        iam.create_group(GroupName=f"{name}-group")
        iam.put_group_policy(GroupName=f"{name}-group", PolicyName="inline", PolicyDocument=a_policy(resource))
        iam.create_policy(PolicyName=f"{name}-policy", PolicyDocument=a_policy(resource))

    assert pointers.policies(OLD) == [
        f"arn:aws:iam::{ACCOUNT}:policy/old-policy",
        "group old-group (inline)",
        "role old-role (inline)",
        "user old-user (inline)",
    ]


def test_an_earlier_version_of_a_policy_does_not_count(pointers):
    iam = a_client("iam")
    arn = iam.create_policy(PolicyName="changed", PolicyDocument=a_policy(OLD))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=a_policy("*"), SetAsDefault=True)

    assert pointers.policies(OLD) == []


def test_a_function_is_named_with_its_variable_and_never_with_what_it_holds(pointers):
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as target:
        target.writestr("app.py", "")
    for name, variables in (("report", {"DB": OLD, "OTHER": "planted"}), ("by-name", {"DB": "prod/db"})):
        a_client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=a_role(f"{name}-role"),
            Handler="app.handler",
            Code={"ZipFile": code.getvalue()},
            Environment={"Variables": variables},
        )

    assert pointers.functions(OLD) == ["report (variable DB)"]


def test_the_secret_s_own_policy_is_looked_at(pointers):
    client = a_client("secretsmanager")
    arn = client.create_secret(Name="prod/db", SecretString="planted")["ARN"]

    assert pointers.own_policy(arn, OLD) == []

    client.put_resource_policy(SecretId=arn, ResourcePolicy=a_policy(OLD))

    assert pointers.own_policy(arn, OLD) == [arn]


def test_a_secret_that_is_gone_has_no_policy_to_look_at(pointers):
    with pytest.raises(NotFound):
        pointers.own_policy(OLD, OLD)


@pytest.mark.usefixtures("pointers")
def test_who_read_it_lately_is_named_but_for_our_own_roles_and_those_who_only_wrote():
    trails = MemoryTrails()
    trails.touch(
        [
            Touch(PairKey("role/app", KEY), Kind.READ, AT - timedelta(days=3)),
            Touch(PairKey("role/old", KEY), Kind.READ, AT - timedelta(days=60)),
            Touch(PairKey("role/keeper", KEY), Kind.READ, AT - timedelta(days=1)),
            Touch(PairKey("role/writer", KEY), Kind.WRITE, AT - timedelta(days=1)),
        ],
        (),
    )

    found = pointers_on(trails, own_roles={"role/keeper"}).readers([KEY], AT - timedelta(days=30))

    assert found == ["role/app"]
