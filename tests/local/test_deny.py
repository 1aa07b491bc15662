"""A Deny of a secret's policy is judged as IAM judges it, and what cannot be judged is said at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nightlatch.local.fidelity.conditions import CannotEvaluate
from nightlatch.local.fidelity.deny import Call, NotAPolicy, is_denied, parse_denials
from nightlatch.local.fidelity.operators import arn_like
from nightlatch.local.fidelity.policies import is_public

SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"
ANA = "arn:aws:iam::111122223333:user/ana"
ROLE = "arn:aws:iam::111122223333:role/ops/break-glass"


def a_call(action: str = "DeleteSecret", principal: str = ANA, **keys: str) -> Call:
    return Call(
        action=f"secretsmanager:{action}",
        resource=SECRET,
        principals=frozenset({principal, "111122223333", "arn:aws:iam::111122223333:root"}),
        keys={
            "aws:principalarn": principal,
            **{f"secretsmanager:{key}".casefold(): value for key, value in keys.items()},
        },
    )


def a_policy(**statement: Any) -> str:
    default = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:DeleteSecret", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**default, **statement}]})


@pytest.mark.parametrize(
    ("statement", "denied"),
    [
        ({}, True),
        ({"Effect": "Allow"}, False),
        ({"Action": "secretsmanager:*"}, True),
        ({"Action": ["secretsmanager:Get*", "SecretsManager:delete*"]}, True),
        ({"Action": "secretsmanager:PutSecretValue"}, False),
        ({"Principal": {"AWS": ANA}}, True),
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:user/ben"}}, False),
        ({"Principal": {"AWS": "111122223333"}}, True),
        ({"Principal": {"AWS": ["arn:aws:iam::111122223333:root"]}}, True),
        ({"Principal": {"Service": "lambda.amazonaws.com"}}, False),
        ({"Resource": SECRET}, True),
        ({"Resource": "arn:aws:secretsmanager:*:*:secret:prod/*"}, True),
        ({"Resource": "arn:aws:secretsmanager:*:*:secret:test/*"}, False),
        ({"Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ops/*"}}}, True),
        (
            {"Condition": {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/*", "arn:aws:iam::*:user/ana"]}}},
            False,
        ),
        ({"Condition": {"StringEquals": {"aws:principalarn": ANA}}}, True),
        ({"Condition": {"StringLike": {"aws:PrincipalArn": "*:user/b?n"}}}, False),
    ],
)
def test_a_statement_denies_what_it_names(statement: dict[str, Any], denied: object) -> None:
    assert is_denied(a_policy(**statement), a_call()) is denied


@pytest.mark.parametrize(
    ("condition", "keys", "denied"),
    [
        ({"Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}}, {"ForceDeleteWithoutRecovery": "true"}, True),
        ({"Bool": {"secretsmanager:ForceDeleteWithoutRecovery": True}}, {"ForceDeleteWithoutRecovery": "true"}, True),
        (
            {"Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}},
            {"ForceDeleteWithoutRecovery": "false"},
            False,
        ),
        ({"Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}}, {}, False),
        ({"BoolIfExists": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}}, {}, True),
        ({"NumericLessThan": {"secretsmanager:RecoveryWindowInDays": "30"}}, {"RecoveryWindowInDays": "7"}, True),
        ({"NumericLessThan": {"secretsmanager:RecoveryWindowInDays": 30}}, {"RecoveryWindowInDays": "30"}, False),
        ({"NumericLessThan": {"secretsmanager:RecoveryWindowInDays": "30"}}, {}, False),
        ({"NumericLessThan": {"secretsmanager:RecoveryWindowInDays": "30"}}, {"RecoveryWindowInDays": "soon"}, False),
        ({"StringLike": {"secretsmanager:VersionStage": "nightlatch/*"}}, {"VersionStage": "nightlatch/1"}, True),
        ({"StringNotEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}, {}, True),
    ],
)
def test_conditions_are_judged_by_the_keys_that_the_call_carries(
    condition: dict[str, Any], keys: dict[str, str], denied: object
) -> None:
    assert is_denied(a_policy(Condition=condition), a_call(**keys)) is denied


def test_conditions_are_anded() -> None:
    condition = {
        "Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"},
        "ArnNotLike": {"aws:PrincipalArn": ROLE},
    }
    policy = a_policy(Condition=condition)

    assert is_denied(policy, a_call(ForceDeleteWithoutRecovery="true"))
    assert not is_denied(policy, a_call(principal=ROLE, ForceDeleteWithoutRecovery="true"))


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ({"Condition": {"IpAddress": {"aws:PrincipalArn": "198.51.100.0/24"}}}, "operator IpAddress"),
        ({"Condition": {"ForAnyValue:StringEquals": {"aws:PrincipalArn": ANA}}}, "operator ForAnyValue:StringEquals"),
        ({"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}, "key aws:SourceVpce"),
        ({"NotPrincipal": {"AWS": ANA}}, "element NotPrincipal"),
        ({"NotAction": "secretsmanager:GetSecretValue"}, "element NotAction"),
    ],
)
def test_what_cannot_be_judged_is_refused_and_named(statement: dict[str, Any], what: str) -> None:
    with pytest.raises(CannotEvaluate, match=what):
        parse_denials(a_policy(**statement))


def test_what_stands_in_an_allow_is_not_judged() -> None:
    policy = a_policy(Effect="Allow", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}})

    assert parse_denials(policy) == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '"text"',
        "{}",
        '{"Statement": "Deny"}',
        '{"Statement": [{"Effect": "Maybe"}]}',
        '{"Statement": {"Effect": "Deny", "Principal": 1, "Action": "*", "Resource": "*"}}',
        '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*"}}',
    ],
)
def test_a_text_that_is_no_policy_is_told_apart(text: str) -> None:
    with pytest.raises(NotAPolicy):
        parse_denials(text)


def test_a_wildcard_never_crosses_the_first_parts_of_an_arn() -> None:
    assert arn_like(ROLE, "arn:aws:iam::*:role/ops/*")
    assert not arn_like(ROLE, "arn:aws:*:role/ops/break-glass")


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        ({}, True),
        ({"Principal": {"AWS": ["*"]}}, True),
        ({"Principal": {"AWS": ANA}}, False),
        ({"Effect": "Deny"}, False),
        ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, False),
        ({"Condition": {"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}}, True),
        ({"Condition": {"StringLike": {"aws:PrincipalArn": "*"}}}, True),
    ],
)
def test_a_policy_is_public_that_lets_anybody_in(statement: dict[str, Any], public: object) -> None:
    assert is_public(a_policy(**{"Effect": "Allow", **statement})) is public
