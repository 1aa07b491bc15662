"""A Deny is the same however it is spelled, another when it means another thing, and total when it spares nobody."""

from __future__ import annotations

import pytest

from nightlatch.domain.aws_policies.denials import denials_of

GUARD = {
    "Sid": "guard",
    "Effect": "Deny",
    "Principal": {"AWS": ["arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/b"]},
    "Action": ["secretsmanager:DeleteSecret", "secretsmanager:PutSecretValue"],
    "Resource": "*",
    "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
}


def digests(*statements: object) -> list[str]:
    return [denial.digest for denial in denials_of({"Statement": list(statements)})]


@pytest.mark.parametrize(
    "change",
    [
        {"Sid": "other"},
        {"Action": GUARD["Action"][::-1]},
        {"Resource": ["*"]},
        {"Principal": {"AWS": GUARD["Principal"]["AWS"][::-1]}},
        {"Condition": {"StringNotEquals": {"aws:SourceVpce": ["vpce-1"]}}},
    ],
)
def test_another_spelling_is_the_same_denial(change):
    assert digests({**GUARD, **change}) == digests(GUARD)


@pytest.mark.parametrize(
    "change",
    [
        {"Action": GUARD["Action"][:1]},
        {"Resource": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"},
        {"Principal": "*"},
        {"Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-2"}}},
        {"Condition": {}},
    ],
)
def test_another_meaning_is_another_denial(change):
    assert digests({**GUARD, **change}) != digests(GUARD)


def test_only_denials_count_in_any_order_and_one_statement_needs_no_list():
    allow = {"Effect": "Allow", "Principal": "*", "Action": "*"}
    other = {**GUARD, "Action": "*"}

    assert digests(allow) == []
    assert digests(allow, GUARD, other) == digests(other, GUARD)
    assert [one.digest for one in denials_of({"Statement": GUARD})] == digests(GUARD)


@pytest.mark.parametrize("policy", [None, {}, {"Statement": 7}, {"Statement": ["Deny", None]}])
def test_what_is_no_policy_denies_nothing(policy):
    assert denials_of(policy) == ()


@pytest.mark.parametrize(
    ("principal", "action", "shuts_out", "bars_deletion"),
    [
        ("*", "secretsmanager:*", True, True),
        ({"AWS": "*"}, "*", True, True),
        ({"AWS": ["arn:aws:iam::111122223333:role/a", "*"]}, ["secretsmanager:GetSecretValue"], True, False),
        ("*", "secretsmanager:get*", True, False),
        ("*", "secretsmanager:PutSecretValue", True, False),
        ("*", "secretsmanager:PutResourcePolicy", True, False),
        ("*", "secretsmanager:DeleteSecret", False, True),
        ("*", "secretsmanager:DescribeSecret", False, False),
        ("*", "kms:*", False, False),
        ({"AWS": "arn:aws:iam::111122223333:role/a"}, "secretsmanager:*", False, False),
        (None, "secretsmanager:*", False, False),
    ],
)
def test_whom_and_from_what_a_denial_shuts_out(principal, action, shuts_out, bars_deletion):
    (found,) = denials_of({"Statement": {"Effect": "Deny", "Principal": principal, "Action": action}})

    assert (found.shuts_out, found.bars_deletion) == (shuts_out, bars_deletion)


def test_a_condition_spares_somebody_and_not_action_forbids_all_the_rest():
    wall = {"Effect": "deny", "Principal": "*", "Action": "*"}
    rest = {
        "Effect": "Deny",
        "Principal": "*",
        "NotAction": ["secretsmanager:DeleteSecret", "secretsmanager:Describe*"],
    }

    (spared,) = denials_of({"Statement": {**wall, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}})
    (total,) = denials_of({"Statement": {**wall, "Condition": {}}})
    (all_the_rest,) = denials_of({"Statement": rest})

    assert (spared.shuts_out, total.shuts_out) == (False, True)
    assert (all_the_rest.shuts_out, all_the_rest.bars_deletion) == (True, False)
