"""An account that is present and neither ours nor trusted is foreign; a missing one is not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from nightlatch.detections.foreign_account import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import Failure, SecretEvent
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.history.examples import (
    ACCOUNT,
    REGION,
    a_person,
    a_role,
    a_secret,
    a_user,
    an_event,
    an_outsider,
    sightings,
)
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Match

THEIRS, OTHERS = "999988887777", "444455556666"
ORGANIZATION = "o-a1b2c3d4e5"


def put(*principals: object, condition: object = None, failure: Failure | None = None, secret=None) -> SecretEvent:
    statements = [
        {"Effect": "Allow", "Principal": p, "Action": "secretsmanager:GetSecretValue", "Condition": condition}
        for p in principals
    ]
    request = {"secretId": "prod/db", "resourcePolicy": {"Statement": statements}}
    return an_event("PutResourcePolicy", secret=secret or a_secret(), request=request, failure=failure)


def judge(event: SecretEvent, **inventory) -> Match | None:
    verdict = DETECTION.evaluate(event, Baseline(inventory=Inventory(**inventory)))
    assert verdict is None or isinstance(verdict, Match)
    return verdict


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": THEIRS},
        {"AWS": f"arn:aws:iam::{THEIRS}:root"},
        {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/app", f"arn:aws:sts::{THEIRS}:assumed-role/app/session"]},
        {"AWS": f"arn:aws-cn:iam::{THEIRS}:user/path/ana"},
    ],
)
def test_every_spelling_of_a_foreign_account_is_told_by_its_number(principal):
    found = judge(put(principal))

    assert found is not None
    assert THEIRS in found.reason
    assert ACCOUNT not in found.reason


@pytest.mark.parametrize("principal", [{"AWS": ACCOUNT}, {"AWS": "AROAEXAMPLEEXAMPLE00"}, {"AWS": "*"}, {}, None])
def test_our_own_account_and_a_missing_one_are_not_foreign(principal):
    assert judge(put(principal)) is None


ANA = a_person("ana")
ROLE_OF_ANA = ANA.key.removesuffix("/ana")


@pytest.mark.parametrize(
    ("author", "principal", "condition"),
    [
        (ANA, {"AWS": ROLE_OF_ANA}, None),
        (a_role("ops", "ben"), {"AWS": a_role("ops", "ben").arn}, None),
        (a_role("ops"), "*", {"ArnEquals": {"aws:PrincipalArn": a_role("ops").key}}),
        (a_role("ops"), "*", {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/o*"}}),
        (a_user("mallory"), "*", {"StringEquals": {"aws:PrincipalArn": [a_user("mallory").key]}}),
    ],
    ids=["a person's permission set", "a session", "all that a condition leaves", "with a wildcard", "a user"],
)
def test_who_lets_in_the_own_role_whatever_the_spelling_is_told(author, principal, condition):
    event = replace(put(principal, condition=condition), principal=author)

    found = judge(event)

    assert found is not None
    assert "the very principal that set it" in found.reason


def test_control_for_those_whom_a_condition_leaves_is_control():
    condition = {"ArnEquals": {"aws:PrincipalArn": a_role("other").key}}
    everything = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:*", "Condition": condition}
    event = put()
    event = replace(event, request=Parameters({"resourcePolicy": {"Statement": [everything]}}))

    found = judge(event)

    assert found is not None
    assert "lets a user or role change" in found.reason


def test_trust_is_given_to_each_account_alone():
    event = put({"AWS": [THEIRS, OTHERS]})

    assert judge(event, trusted_accounts=frozenset({THEIRS, OTHERS})) is None
    found = judge(event, trusted_accounts=frozenset({THEIRS}))
    assert found is not None
    assert THEIRS not in found.reason


@pytest.mark.parametrize(
    ("organization", "severity", "fires"),
    [(None, Severity.LOW, True), (ORGANIZATION, None, False), ("o-another", None, True)],
)
def test_an_account_kept_to_our_organisation_is_one_of_ours(organization, severity, fires):
    event = put({"AWS": THEIRS}, condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})

    found = judge(event, organization_id=organization)

    assert (found is not None) == fires
    assert found is None or found.severity is severity


def test_a_stranger_beside_an_organisation_is_told_as_a_stranger():
    kept = put({"AWS": OTHERS}, condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})
    stranger = put({"AWS": THEIRS})
    statements = [*kept.request.document("resourcePolicy")["Statement"]]  # type: ignore[index]
    statements += stranger.request.document("resourcePolicy")["Statement"]  # type: ignore[index]
    both = an_event("PutResourcePolicy", secret=a_secret(), request={"resourcePolicy": {"Statement": statements}})

    found = judge(both)

    assert found is not None
    assert found.severity is None
    assert OTHERS not in found.reason


def test_a_condition_that_leaves_only_us_lets_no_stranger_in():
    ours = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
    theirs = {"StringEquals": {"aws:SourceAccount": THEIRS}}

    assert judge(put({"AWS": THEIRS}, condition=ours)) is None
    assert judge(put({"Service": "sns.amazonaws.com"}, condition=theirs)) is not None


def test_the_owner_of_the_secret_is_not_foreign_in_the_callers_own_trail():
    secret = secret_ref(
        f"arn:aws:secretsmanager:{REGION}:{OTHERS}:secret:prod/db-AbCdEf", account_id=ACCOUNT, region=REGION
    )

    assert judge(put({"AWS": OTHERS}, secret=secret)) is None


def test_a_refused_policy_lets_nobody_in():
    assert judge(put({"AWS": THEIRS}, failure=Failure("MalformedPolicyDocumentException"))) is None


def test_statements_in_any_order_say_the_same():
    one, other = {"AWS": THEIRS}, {"AWS": OTHERS}

    assert judge(put(one, other)) == judge(put(other, one, other))


# Control inside the account


ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
AUTHOR = a_role("ops", "ben")


def gives(action: object, *principals: str, key: str = "Action", **more) -> SecretEvent:
    statement = {"Effect": "Allow", "Principal": {"AWS": list(principals)}, key: action}
    request = {"secretId": "prod/db", "resourcePolicy": json.dumps({"Statement": [statement]})}
    return an_event("PutResourcePolicy", secret=a_secret(), by=AUTHOR, request=request, **more)


@pytest.mark.parametrize(
    ("event", "fires"),
    [
        (gives("secretsmanager:*", ROLE), True),
        (gives("*", ROLE), True),
        (gives(["secretsmanager:GetSecretValue", "SecretsManager:PutResourcePolicy"], ROLE), True),
        (gives("secretsmanager:Update*", ROLE), True),
        (gives("secretsmanager:GetSecretValue", ROLE, key="NotAction"), True),
        (gives(["secretsmanager:Put*", "secretsmanager:Update*"], ROLE, key="NotAction"), False),
        (gives(["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], ROLE), False),
        (gives("secretsmanager:*", f"arn:aws:iam::{ACCOUNT}:root"), False),
        (gives("secretsmanager:*", ACCOUNT), False),
        (gives("secretsmanager:GetSecretValue", ROLE, AUTHOR.key), True),
        (gives("secretsmanager:GetSecretValue", str(AUTHOR.arn)), True),
    ],
)
def test_control_given_away_is_told_and_reading_is_not(event, fires):
    assert isinstance(judge(event), Match) == fires


def again(*before: SecretEvent) -> Match | None:
    event = gives("secretsmanager:*", ROLE)
    return DETECTION.evaluate(event, Baseline(on_secret=sightings([*before, event])))  # type: ignore[return-value]


def test_the_same_policy_put_again_changes_nothing():
    same = gives("secretsmanager:*", ROLE, after_s=-86_400)
    other = gives("secretsmanager:GetSecretValue", ROLE, after_s=-3600)
    removed = an_event("DeleteResourcePolicy", secret=a_secret(), after_s=-3600)
    refused = gives("secretsmanager:GetSecretValue", ROLE, after_s=-3600, failure=Failure("AccessDenied"))

    assert again(same) is None
    assert again(same, refused) is None
    assert isinstance(again(same, other), Match)
    assert isinstance(again(same, removed), Match)
    assert isinstance(again(), Match)


def test_the_text_of_a_policy_may_be_written_in_another_way_and_say_the_same():
    spaced = json.dumps(json.loads(str(gives("secretsmanager:*", ROLE).request.text("resourcePolicy"))), indent=2)
    before = replace(gives("secretsmanager:*", ROLE, after_s=-60), request=Parameters({"resourcePolicy": spaced}))

    assert again(before) is None


# What is told


@pytest.mark.parametrize(
    ("accounts", "reason"),
    [
        ([THEIRS], f"the policy lets in account {THEIRS}, neither ours nor trusted"),
        ([THEIRS, OTHERS], f"the policy lets in accounts {OTHERS}, {THEIRS}, neither ours nor trusted"),
    ],
)
def test_the_accounts_are_named(accounts, reason):
    found = judge(put({"AWS": accounts}))

    assert found is not None
    assert found.reason == reason


def test_our_own_account_within_an_organisation_is_ours():
    assert judge(put({"AWS": ACCOUNT}, condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})) is None


def test_a_policy_that_its_record_does_not_show_is_not_judged():
    assert judge(an_event("PutResourcePolicy", secret=a_secret(), request={"omitted": True})) is None


def test_neither_a_secret_without_a_name_nor_an_author_without_an_arn_hides_anything():
    nameless = replace(put({"AWS": THEIRS}), secrets=())
    by_number = replace(gives("secretsmanager:*", ROLE), principal=an_outsider())

    assert isinstance(judge(nameless), Match)
    assert isinstance(judge(by_number), Match)
