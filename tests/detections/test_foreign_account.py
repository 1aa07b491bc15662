"""An account that is present and neither ours nor trusted is foreign; a missing one is not."""

from __future__ import annotations

import pytest

from nightlatch.detections.foreign_account import DETECTION
from nightlatch.domain.baseline import Baseline
from nightlatch.domain.events import Failure, SecretEvent
from nightlatch.domain.examples import ACCOUNT, REGION, a_secret, an_event
from nightlatch.domain.findings import Severity
from nightlatch.domain.inventory import Inventory
from nightlatch.domain.rules import Match
from nightlatch.domain.secrets import secret_ref

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
