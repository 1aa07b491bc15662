"""Only a condition that a request cannot pass without the key, and that names something concrete, narrows."""

from __future__ import annotations

import pytest

from nightlatch.domain.aws_policies.policy_conditions import account_of, limits, limits_by_denial, texts_of

OURS = "111122223333"
ENDPOINT = "vpce-0123456789abcdef0"

NARROW = [
    ("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
    ("stringequals", "AWS:PRINCIPALORGID", ["o-a1b2c3d4e5"]),
    ("StringEqualsIgnoreCase", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
    ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"),
    ("StringEquals", "aws:SourceOrgID", "o-a1b2c3d4e5"),
    ("StringEquals", "aws:SourceVpce", ENDPOINT),
    ("StringEquals", "aws:SourceVpc", ["vpc-1", "vpc-2"]),
    ("StringEquals", "aws:PrincipalAccount", OURS),
    ("StringEquals", "aws:SourceAccount", [OURS]),
    ("StringEquals", "aws:SourceAccount", int(OURS)),
    ("ArnEquals", "aws:PrincipalArn", f"arn:aws:iam::{OURS}:role/app"),
    ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{OURS}:role/app-*"),
    ("ArnLike", "aws:SourceArn", f"arn:aws:events:eu-west-1:{OURS}:rule/*"),
    ("ArnEquals", "aws:SourceArn", "arn:aws:s3:::one-bucket"),
    ("StringLike", "aws:userid", "AROAEXAMPLEEXAMPLE00:*"),
    ("IpAddress", "aws:SourceIp", ["198.51.100.0/24", "2001:db8::/48"]),
]
WIDE = [
    ("StringEqualsIfExists", "aws:SourceVpce", ENDPOINT),
    ("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
    ("ForAnyValue:StringEqualsIfExists", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
    ("StringNotEquals", "aws:PrincipalAccount", OURS),
    ("ArnNotLike", "aws:PrincipalArn", f"arn:aws:iam::{OURS}:role/app"),
    ("NotIpAddress", "aws:SourceIp", "198.51.100.0/24"),
    ("Null", "aws:PrincipalOrgID", "false"),
    ("Bool", "aws:SecureTransport", "true"),
    ("Bool", "aws:PrincipalIsAWSService", "true"),
    ("StringLike", "aws:PrincipalOrgID", "o-*"),
    ("StringLike", "aws:PrincipalOrgPaths", "*/r-ab12/*"),
    ("StringLike", "aws:PrincipalAccount", "1111*"),
    ("StringEquals", "aws:PrincipalAccount", [OURS, "*"]),
    ("StringEquals", "aws:SourceVpce", "${aws:SourceVpce}"),
    ("StringLike", "aws:SourceVpc", "vpc-*"),
    ("StringEquals", "aws:SourceVpce", []),
    ("StringEquals", "aws:SourceVpce", ["no-endpoint"]),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/app"),
    ("ArnLike", "aws:SourceArn", "*"),
    ("ArnLike", "aws:SourceArn", "arn:aws:s3:::*"),
    ("StringLike", "aws:userid", "*:mallory"),
    ("StringEquals", "aws:PrincipalTag/team", "payments"),
    ("StringEquals", "secretsmanager:VersionStage", "AWSCURRENT"),
    ("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
    ("IpAddress", "aws:SourceIp", ["198.51.100.7", "0.0.0.0/1"]),
    ("IpAddress", "aws:SourceIp", "::/0"),
    ("IpAddress", "aws:SourceIp", [f"{n}.0.0.0/8" for n in range(256)]),
    ("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "192.0.2.1"]),
    ("IpAddress", "aws:SourceIp", "not-an-address"),
    ("StringEquals", "aws:SourceIp", "198.51.100.7"),
    ("IpAddress", "aws:SourceVpce", ENDPOINT),
]


@pytest.mark.parametrize(("operator", "key", "value"), NARROW)
def test_a_concrete_condition_narrows(operator, key, value):
    assert [limit.key for limit in limits({operator: {key: value}})] == [key.lower()]


@pytest.mark.parametrize(("operator", "key", "value"), WIDE)
def test_a_condition_that_only_looks_narrow_does_not(operator, key, value):
    assert limits({operator: {key: value}}) == ()


def test_one_narrow_condition_among_wide_ones_is_found():
    condition = {
        "Bool": {"aws:SecureTransport": "true"},
        "StringEquals": {"aws:PrincipalTag/team": "payments", "aws:SourceVpce": ENDPOINT},
    }

    assert [limit.key for limit in limits(condition)] == ["aws:sourcevpce"]


def test_a_limit_names_the_accounts_and_organisations_it_leaves():
    accounts = limits(
        {"ArnLike": {"aws:PrincipalArn": [f"arn:aws:iam::{OURS}:role/*", "arn:aws:iam::999988887777:root"]}}
    )
    organizations = limits({"StringEquals": {"aws:PrincipalOrgID": ["o-one", "o-two"]}})

    assert accounts[0].accounts == {OURS, "999988887777"}
    assert organizations[0].organizations == {"o-one", "o-two"}


def test_an_arn_without_an_account_leaves_the_account_open():
    both = limits({"ArnLike": {"aws:SourceArn": [f"arn:aws:sns:eu-west-1:{OURS}:topic", "arn:aws:s3:::one-bucket"]}})

    assert both[0].accounts == frozenset()


@pytest.mark.parametrize("operator", ["StringNotEquals", "StringNotEqualsIfExists"])
def test_a_denial_of_all_others_narrows_with_and_without_if_exists(operator):
    (limit,) = limits_by_denial({operator: {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})

    assert limit.organizations == {"o-a1b2c3d4e5"}


@pytest.mark.parametrize(
    "condition",
    [
        None,
        {},
        {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}, "Bool": {"aws:PrincipalIsAWSService": "false"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:SourceVpce": ENDPOINT}},
        {"ForAnyValue:StringNotLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}},
        {"StringNotLike": {"aws:PrincipalOrgID": "*"}},
    ],
)
def test_a_denial_with_a_hole_narrows_nothing(condition):
    assert limits_by_denial(condition) == ()


@pytest.mark.parametrize(
    ("text", "account"),
    [
        (OURS, OURS),
        (f"arn:aws:iam::{OURS}:root", OURS),
        (f"arn:aws-cn:sts::{OURS}:assumed-role/app/session", OURS),
        ("arn:aws:iam::*:root", None),
        ("AROAEXAMPLEEXAMPLE00", None),
        ("1111222233334", None),
        ("arn:aws:iam", None),
        ("", None),
    ],
)
def test_an_account_is_read_from_its_number_or_an_arn(text, account):
    assert account_of(text) == account


def test_values_may_be_one_text_a_list_or_a_number_and_nothing_else():
    assert texts_of("a") == ("a",)
    assert texts_of(["a", 7, None, {"b": 1}, True]) == ("a", "7")
    assert texts_of(10**5_000) == ()
