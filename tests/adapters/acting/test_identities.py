"""A user or role is described as IAM has it, and every refusal of IAM becomes a sentence with the next step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from nightlatch.adapters.acting.identities import AwsIdentities
from nightlatch.adapters.acting.refusals import acting_on
from nightlatch.domain.containing.deny_policies import denial
from nightlatch.domain.errors import NightlatchError, NotFound, Refused, Unavailable
from worlds import ACCOUNT, REGION, on_moto

_ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
_USER = f"arn:aws:iam::{ACCOUNT}:user/ci-deploy"
_POLICY = json.loads(denial())
_LAMBDA = "lambda.amazonaws.com"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": [_LAMBDA, "ec2.amazonaws.com"]}, "Action": "sts:AssumeRole"},
        {"Effect": "Deny", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
    ],
}  # fmt: skip


@pytest.fixture
def iam(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with on_moto(monkeypatch):
        yield boto3.client("iam", region_name=REGION)


def test_a_role_is_described_by_the_arn_that_has_its_path_and_with_who_takes_it(iam: Any) -> None:
    iam.create_role(RoleName="app", Path="/team/", AssumeRolePolicyDocument=json.dumps(_TRUST))
    iam.put_role_policy(RoleName="app", PolicyName="theirs", PolicyDocument=json.dumps(_POLICY))

    state = AwsIdentities(iam).describe(_ROLE)

    assert state.identity.arn == f"arn:aws:iam::{ACCOUNT}:role/team/app"
    assert {name: json.loads(text) for name, text in state.policies.items()} == {"theirs": _POLICY}
    assert state.services == ("ec2.amazonaws.com", "lambda.amazonaws.com")
    assert state.keys == ()


def test_a_user_is_described_with_its_keys(iam: Any) -> None:
    iam.create_user(UserName="ci-deploy")
    iam.put_user_policy(UserName="ci-deploy", PolicyName="theirs", PolicyDocument=json.dumps(_POLICY))
    keys = [iam.create_access_key(UserName="ci-deploy")["AccessKey"]["AccessKeyId"] for _ in range(2)]
    iam.update_access_key(UserName="ci-deploy", AccessKeyId=keys[0], Status="Inactive")

    state = AwsIdentities(iam).describe(f"{_USER}#{keys[0]}")

    assert {key.id: key.is_active for key in state.keys} == {keys[0]: False, keys[1]: True}
    assert list(state.policies) == ["theirs"]


def test_whoever_does_not_exist_is_not_found(iam: Any) -> None:
    for arn in (_ROLE, _USER):
        with pytest.raises(NotFound, match="does not exist"):
            AwsIdentities(iam).describe(arn)


def test_a_namesake_in_this_account_is_not_taken_for_the_one_that_was_meant(iam: Any) -> None:
    iam.create_user(UserName="ci-deploy")

    with pytest.raises(Refused, match="999988887777"):
        AwsIdentities(iam).describe("arn:aws:iam::999988887777:user/ci-deploy")


def test_what_is_neither_user_nor_role_is_not_asked_about(iam: Any) -> None:
    with pytest.raises(Refused, match="neither a user nor a role"):
        AwsIdentities(iam).describe(f"arn:aws:iam::{ACCOUNT}:root")


@pytest.mark.parametrize(
    ("code", "status", "meaning", "said"),
    [
        ("NoSuchEntity", 404, NotFound, "does not exist"),
        ("UnmodifiableEntity", 400, Refused, "Identity Center"),
        ("EntityTemporarilyUnmodifiable", 409, Unavailable, "try again later"),
        ("LimitExceeded", 409, Refused, "quota"),
        ("MalformedPolicyDocument", 400, Refused, "report it"),
        ("AccessDenied", 403, Refused, "add iam:PutRolePolicy"),
        ("ServiceFailure", 500, Unavailable, "try again later"),
        ("Throttling", 400, Unavailable, "try again later"),
        ("ConcurrentModification", 409, Unavailable, "try again later"),
        ("SomethingNew", 400, Refused, "SomethingNew: planted words"),
    ],
)
def test_what_iam_refuses_becomes_a_sentence(
    monkeypatch: pytest.MonkeyPatch, code: str, status: int, meaning: type[NightlatchError], said: str
) -> None:
    with on_moto(monkeypatch):
        client: Any = boto3.client("iam", region_name=REGION)
    with Stubber(client) as stub:
        stub.add_client_error("put_role_policy", code, "planted words", http_status_code=status)
        with pytest.raises(meaning, match=said) as caught, acting_on("role app", "iam:PutRolePolicy"):
            client.put_role_policy(RoleName="app", PolicyName="p", PolicyDocument="{}")

    assert type(caught.value) is meaning
    assert str(caught.value).startswith("role app")
