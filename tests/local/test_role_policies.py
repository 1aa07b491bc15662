"""A role's policies are judged as IAM judges them: a Deny wins, else an Allow, else no; the unknown is an error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nightlatch.local.fidelity.conditions import CannotEvaluate
from nightlatch.local.fidelity.deny import NotAPolicy
from nightlatch.local.permissions.policies import Request, Verdict, decide

ALLOWED, DENIED, NOT_ALLOWED = Verdict.ALLOWED, Verdict.DENIED, Verdict.NOT_ALLOWED
TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/state"
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-4333-8444-555555555555"


def a_policy(*statements: dict[str, Any]) -> str:
    default = {"Effect": "Allow"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**default, **each} for each in statements]})


def asking(action: str = "dynamodb:GetItem", resource: str = TABLE, **keys: str) -> Request:
    return Request(action=action, resource=resource, keys={key.replace("__", ":"): keys[key] for key in keys})


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ({"Action": "dynamodb:GetItem", "Resource": TABLE}, ALLOWED),
        ({"Action": ["dynamodb:PutItem", "dynamodb:GetItem"], "Resource": ["arn:aws:sqs:::q", TABLE]}, ALLOWED),
        ({"Action": "dynamodb:PutItem", "Resource": TABLE}, NOT_ALLOWED),
        ({"Action": "dynamodb:GetItem", "Resource": f"{TABLE}-of-somebody"}, NOT_ALLOWED),
        ({"Action": "dynamodb:GetItem", "Resource": TABLE[:-1]}, NOT_ALLOWED),
        ({"Action": "DynamoDB:getitem", "Resource": TABLE}, ALLOWED),  # actions have no case
        ({"Action": "dynamodb:GetItem", "Resource": TABLE.replace("state", "State")}, NOT_ALLOWED),  # resources have
        ({"Action": "*", "Resource": "*"}, ALLOWED),
        ({"Action": "dynamodb:*", "Resource": "*"}, ALLOWED),
        ({"Action": "dynamodb:Get*", "Resource": "arn:aws:dynamodb:*:*:table/*"}, ALLOWED),
        ({"Action": "dynamodb:?etItem", "Resource": TABLE.replace("state", "st?te")}, ALLOWED),
        ({"Action": "dynamodb:?GetItem", "Resource": TABLE}, NOT_ALLOWED),
        ({"Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:*"}, ALLOWED),
        ({"Action": "dynamodb.GetItem", "Resource": TABLE}, NOT_ALLOWED),  # a dot is a dot
        ({"NotAction": "dynamodb:DeleteItem", "Resource": TABLE}, ALLOWED),
        ({"NotAction": ["dynamodb:Get*", "sqs:*"], "Resource": TABLE}, NOT_ALLOWED),
        ({"Action": "dynamodb:GetItem", "NotResource": f"{TABLE}-of-somebody"}, ALLOWED),
        ({"Action": "dynamodb:GetItem", "NotResource": "arn:aws:dynamodb:*"}, NOT_ALLOWED),
        ({"Effect": "Deny", "Action": "dynamodb:GetItem", "Resource": TABLE}, DENIED),
        ({"Effect": "Deny", "NotAction": "sqs:*", "Resource": "*"}, DENIED),
        ({"Effect": "Deny", "Action": "dynamodb:PutItem", "Resource": "*"}, NOT_ALLOWED),
    ],
)
def test_a_statement_covers_what_it_names(statement: dict[str, Any], verdict: Verdict) -> None:
    assert decide([a_policy(statement)], asking()) is verdict


def test_without_a_policy_nothing_is_allowed() -> None:
    assert decide([], asking()) is NOT_ALLOWED


def test_a_denial_outweighs_every_allow_in_whatever_policy_and_order_they_stand() -> None:
    allow, deny = {"Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "dynamodb:Get*", "Resource": "*"}

    for policies in ([a_policy(allow, deny)], [a_policy(deny, allow)], [a_policy(allow), a_policy(deny)]):
        assert decide(policies, asking()) is DENIED
        assert decide(policies, asking("dynamodb:PutItem")) is ALLOWED


def test_one_policy_of_several_is_enough_to_allow() -> None:
    policies = [a_policy({"Action": "sqs:*", "Resource": "*"}), a_policy({"Action": "dynamodb:*", "Resource": "*"})]

    assert decide(policies, asking()) is ALLOWED


MOVES = {
    "Action": "secretsmanager:UpdateSecretVersionStage",
    "Resource": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:*",
    "Condition": {"StringLike": {"secretsmanager:VersionStage": ["AWSCURRENT", "nightlatch/*"]}},
}
THROUGH = {
    "Action": "kms:Decrypt",
    "Resource": KEY,
    "Condition": {"StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}},
}


@pytest.mark.parametrize(
    ("keys", "verdict"),
    [
        ({"secretsmanager__versionstage": "AWSCURRENT"}, ALLOWED),
        ({"secretsmanager__versionstage": "nightlatch/20260302T090000Z-1"}, ALLOWED),
        ({"secretsmanager__versionstage": "AWSPENDING"}, NOT_ALLOWED),
        ({"secretsmanager__versionstage": "awscurrent"}, NOT_ALLOWED),
        ({}, NOT_ALLOWED),
    ],
)
def test_a_label_is_moved_only_where_the_condition_holds(keys: dict[str, str], verdict: Verdict) -> None:
    request = asking("secretsmanager:UpdateSecretVersionStage", SECRET, **keys)

    assert decide([a_policy(MOVES)], request) is verdict


@pytest.mark.parametrize(
    ("keys", "verdict"),
    [
        ({"kms__viaservice": "secretsmanager.eu-west-1.amazonaws.com"}, ALLOWED),
        ({"kms__viaservice": "sns.eu-west-1.amazonaws.com"}, NOT_ALLOWED),
        ({}, NOT_ALLOWED),  # asked directly
    ],
)
def test_a_key_opens_only_by_way_of_the_service_that_is_named(keys: dict[str, str], verdict: Verdict) -> None:
    assert decide([a_policy(THROUGH)], asking("kms:Decrypt", KEY, **keys)) is verdict


def test_every_condition_of_a_statement_must_hold() -> None:
    both = {**THROUGH["Condition"], "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/notifier-*"}}  # type: ignore[dict-item]
    policy = a_policy({**THROUGH, "Condition": both})
    via = {"kms__viaservice": "secretsmanager.eu-west-1.amazonaws.com"}

    ours = asking("kms:Decrypt", KEY, aws__principalarn="arn:aws:iam::111122223333:role/notifier-1", **via)
    others = asking("kms:Decrypt", KEY, aws__principalarn="arn:aws:iam::111122223333:role/detector-1", **via)

    assert (decide([policy], ours), decide([policy], others)) == (ALLOWED, NOT_ALLOWED)


def test_a_denial_whose_condition_does_not_hold_denies_nothing() -> None:
    deny = {**THROUGH, "Effect": "Deny"}
    policy = a_policy({"Action": "*", "Resource": "*"}, deny)

    assert decide([policy], asking("kms:Decrypt", KEY)) is ALLOWED


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ({"Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}}, "operator IpAddress"),
        ({"Condition": {"ForAllValues:StringLike": {"aws:PrincipalArn": "*"}}}, "operator ForAllValues:StringLike"),
        ({"Condition": {"StringEquals": {"dynamodb:LeadingKeys": "a"}}}, "key dynamodb:LeadingKeys"),
        ({"Condition": {"StringEquals": {"aws:CurrentTime": "a"}}}, "key aws:CurrentTime"),
        ({"Principal": "*"}, "element Principal"),
        ({"Resource": "arn:aws:s3:::home/${aws:username}"}, "policy variable"),
        ({"Condition": {"StringEquals": {"aws:PrincipalArn": "${aws:PrincipalArn}"}}}, "policy variable"),
    ],
)
def test_what_is_not_known_is_an_error_even_in_a_statement_about_something_else(
    statement: dict[str, Any], said: str
) -> None:
    policy = a_policy({"Action": "*", "Resource": "*"}, {"Action": "s3:GetObject", "Resource": "*", **statement})

    with pytest.raises(CannotEvaluate, match=said):
        decide([policy], asking())


TAGGED = {"Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}}}


def test_the_tags_of_a_secret_are_judged_and_those_of_anything_else_are_an_error() -> None:
    policy = a_policy({"Action": "*", "Resource": "*", **TAGGED})
    tagged = asking("secretsmanager:DescribeSecret", SECRET, **{"aws__resourcetag/team": "a"})

    assert decide([policy], tagged) is ALLOWED
    assert decide([policy], asking("secretsmanager:DescribeSecret", SECRET)) is NOT_ALLOWED
    with pytest.raises(CannotEvaluate, match="the tags that dynamodb:GetItem carries"):
        decide([policy], asking())


def test_what_aws_grants_elsewhere_is_refused_by_an_explicit_denial_alone() -> None:
    request = Request(action="kms:Decrypt", resource=KEY, granted_elsewhere=True)

    assert decide([], request) is ALLOWED
    assert decide([a_policy({"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"})], request) is DENIED


@pytest.mark.parametrize(
    "policy",
    [
        "no JSON",
        "[]",
        "{}",
        a_policy({"Effect": "Perhaps", "Action": "*", "Resource": "*"}),
        a_policy({"Action": "*"}),
        a_policy({"Resource": "*"}),
        a_policy({"Action": "*", "NotAction": "*", "Resource": "*"}),
    ],
)
def test_what_is_no_policy_is_an_error(policy: str) -> None:
    with pytest.raises(NotAPolicy):
        decide([policy], asking())
