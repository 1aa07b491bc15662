"""Whom a resource policy names for reading is told as it stands, and a condition is told beside it."""

from __future__ import annotations

import pytest

from nightlatch.domain.aws_policies.named_readers import ALL_OTHERS, ANYBODY, named_readers

APP = "arn:aws:iam::111122223333:role/app"
READ = "secretsmanager:GetSecretValue"


def told(**statement: object) -> list[tuple[str, bool, bool]]:
    policy = {"Statement": {"Effect": "Allow", "Action": READ, "Resource": "*", **statement}}
    return [(one.who, one.forbidden, one.conditional) for one in named_readers(policy)]


@pytest.mark.parametrize(
    ("principal", "names"),
    [
        ({"AWS": APP}, [APP]),
        ({"AWS": [APP, "444455556666"]}, ["444455556666", APP]),
        ({"Service": "lambda.amazonaws.com"}, ["lambda.amazonaws.com"]),
        ("*", [ANYBODY]),
        ({"AWS": "*"}, [ANYBODY]),
        (None, []),
        ({"AWS": {"no": "text"}}, []),
    ],
)
def test_principals_are_named_in_all_their_spellings(principal, names):
    assert [who for who, _, _ in told(Principal=principal)] == names


def test_a_denial_and_a_condition_are_told():
    limited = {"StringEquals": {"aws:sourceVpce": "vpce-1"}}

    assert told(Principal={"AWS": APP}, Condition=limited) == [(APP, False, True)]
    assert told(Principal="*", Effect="Deny") == [(ANYBODY, True, False)]
    assert told(NotPrincipal={"AWS": APP}, Effect="Deny") == [(ALL_OTHERS, True, False)]


def test_what_is_about_no_reading_names_nobody():
    assert told(Principal={"AWS": APP}, Action="secretsmanager:DeleteSecret") == []
    assert told(Principal={"AWS": APP}, Action=["secretsmanager:Get*"]) == [(APP, False, False)]
    assert told(Principal={"AWS": APP}, Effect="Perhaps") == []


@pytest.mark.parametrize("policy", [{}, {"Statement": 5}, {"Statement": [None, "text"]}])
def test_what_is_no_policy_names_nobody(policy):
    assert named_readers(policy) == ()
