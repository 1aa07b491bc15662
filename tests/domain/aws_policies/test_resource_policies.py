"""The meaning of a policy does not depend on how it is spelled, and no JSON value is too strange to be read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nightlatch.domain.aws_policies.resource_policies import Reach, grants
from nightlatch.domain.event.secrets import secret_ref

OURS, THEIRS = "111122223333", "999988887777"
ORGANIZATION = "o-a1b2c3d4e5"


def a_policy(*statements: object) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(principal: object = "*", **more: object) -> dict[str, object]:
    return {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
        **more,
    }


def deny(**more: object) -> dict[str, object]:
    return {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*", **more}


def reaches(*statements: object, organization: str | None = None) -> list[Reach]:
    return [grant.reach(organization) for grant in grants(a_policy(*statements))]


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "*"},
        {"AWS": ["*"]},
        {"aws": [f"arn:aws:iam::{OURS}:root", "*"]},
        {"*": "*"},
        {"AWS": "arn:aws:iam::*:root"},
        {"Service": "events.amazonaws.com"},
        {"AWS": OURS, "Service": ["events.amazonaws.com"]},
    ],
)
def test_every_spelling_of_everybody_is_open(principal):
    assert reaches(allow(principal)) == [Reach.OPEN]


@pytest.mark.parametrize(
    "principal",
    [
        OURS,
        {"AWS": OURS},
        {"AWS": [f"arn:aws:iam::{OURS}:role/*"]},
        {"AWS": "AROAEXAMPLEEXAMPLE00"},
        {"AWS": []},
        {"Federated": "cognito-identity.amazonaws.com"},
        {},
        None,
        7,
        [["*"]],
    ],
)
def test_named_principals_are_not_everybody(principal):
    assert reaches(allow(principal)) == [Reach.NAMED]


def test_allowing_all_but_somebody_is_everybody():
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": f"arn:aws:iam::{OURS}:root"}, "Action": "*"}

    assert reaches(statement) == [Reach.OPEN]


def test_a_single_statement_may_stand_without_a_list():
    (grant,) = grants({"Statement": allow()})

    assert grant.reach(None) is Reach.OPEN


@pytest.mark.parametrize(
    "actions",
    [
        "*",
        "secretsmanager:*",
        "SecretsManager:Get*",
        ["s3:GetObject", "secretsmanager:GetSecretValue"],
        "secrets*:*",
        [],
    ],
)
def test_every_spelling_of_an_action_on_secrets_counts(actions):
    assert reaches(allow(Action=actions)) == [Reach.OPEN]


def test_actions_of_other_services_grant_nothing_here():
    assert reaches(allow(Action=["s3:*", "kms:Decrypt"])) == []


@pytest.mark.parametrize(("excluded", "found"), [("s3:*", [Reach.OPEN]), ("secretsmanager:*", []), (["*"], [])])
def test_what_is_not_excluded_is_allowed(excluded, found):
    assert reaches({"Effect": "Allow", "Principal": "*", "NotAction": excluded}) == found


def test_a_service_is_narrowed_by_its_source():
    condition = {"StringEquals": {"aws:SourceAccount": OURS}}

    assert reaches(allow({"Service": "events.amazonaws.com"}, Condition=condition)) == [Reach.NAMED]


@pytest.mark.parametrize(
    ("organization", "reach"),
    [(None, Reach.ORGANIZATION), (ORGANIZATION, Reach.NAMED), ("o-another", Reach.OPEN)],
)
def test_an_organisation_narrows_if_it_is_ours_or_ours_is_not_known(organization, reach):
    statement = allow(Condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})

    assert reaches(statement, organization=organization) == [reach]


def test_two_organisations_of_which_one_is_ours_are_too_many():
    statement = allow(Condition={"StringEquals": {"aws:PrincipalOrgID": [ORGANIZATION, "o-another"]}})

    assert reaches(statement, organization=ORGANIZATION) == [Reach.OPEN]


def test_an_organisation_and_an_endpoint_are_narrow_whoever_we_are():
    condition = {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION, "aws:SourceVpce": "vpce-1"}}

    assert reaches(allow(Condition=condition), organization="o-another") == [Reach.NAMED]


@pytest.mark.parametrize(
    ("condition", "organization", "places"),
    [
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, None, ["aws:sourcevpce"]),
        ({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}, None, ["aws:sourceip"]),
        (
            {"StringEquals": {"aws:SourceVpc": "vpc-1"}, "IpAddress": {"aws:SourceIp": "198.51.100.7"}},
            None,
            ["aws:sourcevpc", "aws:sourceip"],
        ),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1", "aws:PrincipalAccount": OURS}}, None, []),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1", "aws:PrincipalOrgID": ORGANIZATION}}, ORGANIZATION, []),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1", "aws:PrincipalOrgID": ORGANIZATION}}, None, []),
        (
            {"StringEquals": {"aws:SourceVpce": "vpce-1", "aws:PrincipalOrgID": ORGANIZATION}},
            "o-another",
            ["aws:sourcevpce"],
        ),
        (
            {"StringEquals": {"aws:SourceVpce": "vpce-1"}, "Bool": {"aws:SecureTransport": "true"}},
            None,
            ["aws:sourcevpce"],
        ),
        ({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}, None, []),
        ({"StringEquals": {"aws:PrincipalAccount": OURS}}, None, []),
        (None, None, []),
    ],
)
def test_what_only_a_place_narrows_is_told_apart_from_what_says_who(condition, organization, places):
    (grant,) = grants(a_policy(allow(Condition=condition)))

    assert [limit.key for limit in grant.places(organization)] == places


def test_a_named_principal_in_a_place_is_no_anybody_and_a_denial_of_all_other_places_leaves_one():
    endpoint = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    (named,) = grants(a_policy(allow({"AWS": OURS}, Condition=endpoint)))
    (cut,) = grants(a_policy(allow(), deny(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})))

    assert named.places(None) == ()
    assert [limit.key for limit in cut.places(None)] == ["aws:sourcevpce"]


def test_a_denial_of_all_others_cuts_a_wide_statement_back():
    others = {"StringNotEquals": {"aws:PrincipalAccount": OURS}}

    assert reaches(allow(), deny(Condition=others)) == [Reach.NAMED]
    assert reaches(deny(Condition=others, Action="secretsmanager:GetSecretValue"), allow()) == [Reach.NAMED]


@pytest.mark.parametrize(
    "denial",
    [
        deny(),
        deny(Principal={"AWS": OURS}, Condition={"StringNotEquals": {"aws:PrincipalAccount": OURS}}),
        deny(Action="secretsmanager:PutSecretValue", Condition={"StringNotEquals": {"aws:PrincipalAccount": OURS}}),
        {"Effect": "Deny", "NotPrincipal": {"AWS": OURS}, "Action": "*"},
    ],
)
def test_a_denial_that_leaves_a_hole_does_not(denial):
    assert reaches(allow(), denial) == [Reach.OPEN]


def test_a_denial_of_another_secret_takes_nothing_away():
    others = {"StringNotEquals": {"aws:PrincipalAccount": OURS}}
    secret = secret_ref(f"arn:aws:secretsmanager:eu-west-1:{OURS}:secret:prod/db-AbCdEf", account_id=OURS, region="x")

    def reach(resource: str) -> Reach:
        (grant,) = grants(a_policy(allow(), deny(Condition=others, Resource=resource)), secret)
        return grant.reach(None)

    assert reach("arn:aws:secretsmanager:eu-west-1:111122223333:secret:other-AbCdEf") is Reach.OPEN
    assert reach(secret.text) is Reach.NAMED
    assert reach("arn:aws:secretsmanager:*:*:secret:prod/*") is Reach.NAMED


def test_the_accounts_let_in_are_named_by_principals_and_conditions():
    def reached(principal: object, condition: object = None) -> frozenset[str]:
        (grant,) = grants(a_policy(allow(principal, Condition=condition)))
        return grant.accounts_reached(frozenset({OURS}))

    theirs = {"StringEquals": {"aws:PrincipalAccount": [THEIRS, OURS]}}
    by_source = {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:eu-west-1:{THEIRS}:*"}}

    assert reached({"AWS": [THEIRS, f"arn:aws:iam::{OURS}:role/app"]}) == {THEIRS}
    assert reached("*", theirs) == {THEIRS}
    assert reached({"Service": "sns.amazonaws.com"}, by_source) == {THEIRS}
    assert reached({"AWS": THEIRS}, {"StringEquals": {"aws:PrincipalAccount": OURS}}) == frozenset()
    assert reached("*") == frozenset()


def test_statements_are_judged_alike_in_any_order():
    statements = [allow(), deny(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}), allow({"AWS": OURS})]

    assert sorted(reaches(*statements)) == sorted(reaches(*statements[::-1]))


_WORDS = st.sampled_from(
    [
        *("Statement", "Effect", "Allow", "Deny", "Principal", "NotPrincipal", "Action", "NotAction", "Condition"),
        *("AWS", "Service", "*", "secretsmanager:*", "StringEquals", "IpAddress", "aws:SourceIp", "aws:PrincipalArn"),
        *("aws:PrincipalOrgID", "o-a1", OURS, "arn:aws:iam::*:root", "arn:::::", "0.0.0.0/0", "::", ""),
    ]
)
_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | _WORDS
JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS | st.text(max_size=8), inner, max_size=5),
    max_leaves=10,
)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]) | JSON, "Principal": JSON, "Action": JSON, "Condition": JSON}
)


@settings(max_examples=60)  # of a wide space, often: the suite runs on every change
@given(st.dictionaries(_WORDS | st.text(max_size=8), JSON, max_size=4) | st.builds(a_policy, STATEMENTS, STATEMENTS))
def test_any_json_object_can_be_read(document):
    for grant in grants(document):
        assert isinstance(grant.reach("o-a1"), Reach)
        assert OURS not in grant.accounts_reached(frozenset({OURS}))


@settings(max_examples=60)
@given(JSON.filter(lambda value: not isinstance(value, dict)))
def test_a_statement_that_lets_everybody_in_is_found_beside_anything(noise):
    assert reaches(noise, allow()) == [Reach.OPEN]
