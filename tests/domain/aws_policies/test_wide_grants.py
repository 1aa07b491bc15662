"""A policy reaches any secret whatever way it is spelled, and only what really narrows it makes it narrow."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from domain.aws_policies.test_resource_policies import JSON
from nightlatch.domain.aws_policies.wide_grants import OPENING, READING, secrets_like, wide_grant
from nightlatch.domain.event.parameters import Parameters

ACCOUNT, REGION = "111122223333", "eu-west-1"
SECRETS = secrets_like(ACCOUNT, REGION)
BOTH = {READING, OPENING}
OF_ACCOUNT = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret"


def allow(**said: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*", **said}


def deny(**said: object) -> dict[str, object]:
    return {"Effect": "Deny", "Action": "secretsmanager:*", "Resource": "*", **said}


def powers(*statements: object) -> frozenset[str]:
    return wide_grant(Parameters({"Statement": list(statements)}), SECRETS).powers


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("*", BOTH),
        ("*:*", BOTH),
        ("secretsmanager:*", BOTH),
        ("SecretsManager:GETSECRETVALUE", {READING}),
        ("secretsmanager:Get*", {READING}),
        ("secretsmanager:?etSecretValue", {READING}),
        ("secretsmanager:*Value", {READING}),
        (["s3:*", "secretsmanager:GetSecretValue"], {READING}),
        (["secretsmanager:DescribeSecret", "secretsmanager:PutResourcePolicy"], {OPENING}),
        ("secretsmanager:Put*", {OPENING}),
        ("secretsmanager:List*", set()),
        ("secretsmanager:GetRandomPassword", set()),
        ("s3:*", set()),
        ([], set()),
    ],
)
def test_every_spelling_of_an_action_counts(action: object, expected: set[str]) -> None:
    assert powers(allow(Action=action)) == expected


@pytest.mark.parametrize(
    ("excluded", "expected"),
    [
        ("iam:*", BOTH),
        (["iam:*", "secretsmanager:PutResourcePolicy"], {READING}),
        ("secretsmanager:Get*", {OPENING}),
        ("secretsmanager:*", set()),
        ("*", set()),
    ],
)
def test_what_is_not_left_out_is_allowed(excluded: object, expected: set[str]) -> None:
    assert powers({"Effect": "Allow", "NotAction": excluded, "Resource": "*"}) == expected


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "arn:aws:secretsmanager:*:*:secret:*",
        "arn:*:secretsmanager:*:*:*",
        "*:secret:*",
        "arn:aws:secretsmanager:*",
        f"{OF_ACCOUNT}:*",
        f"{OF_ACCOUNT}:*-??????",
        f"{OF_ACCOUNT}:?*",
        [f"{OF_ACCOUNT}:{first}*" for first in "abcdefghijklmnopqrstuvwxyz0123456789"],
        [f"{OF_ACCOUNT}:prod/*", f"{OF_ACCOUNT}:*"],
    ],
)
def test_every_spelling_of_all_secrets_counts(resource: object) -> None:
    assert powers(allow(Resource=resource)) == {READING}


@pytest.mark.parametrize(
    "resource",
    [
        f"{OF_ACCOUNT}:prod/*",
        f"{OF_ACCOUNT}:prod*",
        f"{OF_ACCOUNT}:*/db-??????",
        "arn:aws:secretsmanager:us-east-1:*:secret:*",
        "arn:aws:secretsmanager:*:999988887777:secret:*",
        "arn:aws:s3:::*",
        f"{OF_ACCOUNT}:${{aws:PrincipalTag/team}}/*",
        [],
        None,
    ],
)
def test_a_choice_of_secrets_is_narrow(resource: object) -> None:
    assert powers(allow(Resource=resource)) == set()


@pytest.mark.parametrize(
    ("left_out", "expected"), [(f"{OF_ACCOUNT}:prod/*", {READING}), (f"{OF_ACCOUNT}:*", set()), ("*", set())]
)
def test_all_but_some_secrets_are_as_good_as_all(left_out: str, expected: set[str]) -> None:
    statement = {key: value for key, value in allow().items() if key != "Resource"}

    assert powers({**statement, "NotResource": left_out}) == expected


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("StringEquals", "secretsmanager:ResourceTag/team", "orders"),
        ("StringEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}"),
        ("StringLike", "aws:ResourceTag/team", "orders-*"),
        ("ForAnyValue:StringEquals", "aws:ResourceTag/team", ["orders"]),
        (
            "StringEquals",
            "secretsmanager:resource/AllowRotationLambdaArn",
            "arn:aws:lambda:eu-west-1:1:function:rotate",
        ),
        ("ArnLike", "secretsmanager:SecretId", f"{OF_ACCOUNT}:prod/*"),
    ],
)
def test_a_condition_on_which_secret_it_is_narrows(operator: str, key: str, value: object) -> None:
    assert powers(allow(Condition={operator: {key: value}})) == set()


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("StringNotEquals", "aws:ResourceTag/team", "orders"),
        ("StringEqualsIfExists", "aws:ResourceTag/team", "orders"),
        ("ForAllValues:StringEquals", "aws:ResourceTag/team", "orders"),
        ("Null", "aws:ResourceTag/team", "true"),
        ("StringLike", "aws:ResourceTag/team", "*"),
        ("StringLike", "aws:ResourceTag/team", ["orders", "?*"]),
        ("StringEquals", "aws:ResourceTag/team", []),
        ("ArnLike", "secretsmanager:SecretId", "arn:aws:secretsmanager:*:*:secret:*"),
        ("StringEquals", "aws:RequestedRegion", REGION),
        ("Bool", "aws:MultiFactorAuthPresent", "true"),
        ("StringEquals", "aws:ResourceAccount", ACCOUNT),
    ],
)
def test_a_condition_on_something_else_or_on_nothing_does_not(operator: str, key: str, value: object) -> None:
    assert powers(allow(Condition={operator: {key: value}})) == {READING}


@pytest.mark.parametrize(
    ("denial", "expected"),
    [
        (deny(), set()),
        (deny(Action="*"), set()),
        (deny(Action="secretsmanager:GetSecretValue"), set()),  # what it opens it still cannot read
        (deny(Action="secretsmanager:PutResourcePolicy"), {READING}),
        ({"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}, set()),
        (deny(Resource=f"{OF_ACCOUNT}:prod/*"), BOTH),
        (deny(Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}), BOTH),
        (deny(Action="secretsmanager:DeleteSecret"), BOTH),
        ({key: value for key, value in deny(NotResource="*").items() if key != "Resource"}, BOTH),
    ],
)
def test_a_denial_counts_where_it_takes_everything_back(denial: object, expected: set[str]) -> None:
    assert powers(allow(Action="*"), denial) == powers(denial, allow(Action="*")) == expected


def test_the_entries_that_reach_are_named_as_they_are_written() -> None:
    grant = wide_grant(
        Parameters(
            {
                "Statement": [
                    allow(Action=["s3:GetObject", "SecretsManager:Get*", "secretsmanager:PutResourcePolicy"]),
                    allow(Action="secretsmanager:*", Resource=f"{OF_ACCOUNT}:prod/*"),
                    {"Effect": "Allow", "NotAction": ["a:*", "b:*", "c:*", "d:*"], "Resource": "*"},
                ]
            }
        ),
        SECRETS,
    )

    assert grant.actions == (
        "SecretsManager:Get*",
        "secretsmanager:PutResourcePolicy",
        "everything but a:*, b:*, c:* and more",
    )


def test_other_partitions_have_secrets_too() -> None:
    assert secrets_like(ACCOUNT, "cn-north-1")[0].startswith(f"arn:aws-cn:secretsmanager:cn-north-1:{ACCOUNT}:secret:a")
    assert secrets_like(ACCOUNT, "us-gov-west-1")[0].startswith("arn:aws-us-gov:")


@settings(max_examples=60)
@given(JSON)
def test_any_json_can_be_read(statement: object) -> None:
    assert powers(statement, allow()) <= BOTH
