"""The auditor of the deployed stack finds what there is, and what it found weighs in the very next judgement."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from e2e.watched import Watched
from nightlatch.adapters.inventory.holdings_dynamodb import READ_AGAIN_AFTER_S
from nightlatch.domain.account.tiers import Tier
from nightlatch.local.scenes.company import a_value

DEL_01 = "deletion.deletion-scheduled"
pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("inventory")]


@pytest.fixture(scope="module")
def taken(watched: Watched) -> Mapping[str, str]:
    """Make secrets of every kind, and let the schedule knock an hour later; give the secrets' names by kind."""
    terraform = watched.theatre.as_role("terraform", "apply")
    aliased, copied = watched.needy_secrets().items()
    tags = [{"Key": "nightlatch:tier", "Value": "crown"}]
    terraform.create_secret(Name="e2e/crown", SecretString=a_value(), Tags=tags)
    for name, needs in (aliased, copied):
        terraform.create_secret(Name=name, SecretString=a_value(), **needs)
    rotated, function = watched.a_secret(), watched.a_function()
    terraform.rotate_secret(SecretId=rotated, RotationLambdaARN=function, RotateImmediately=False)
    watched.settle()
    watched.an_hour_later()
    return {"crown": "e2e/crown", "aliased": aliased[0], "copied": copied[0], "rotated": rotated, "function": function}


def test_the_first_inventory_is_taken_with_the_deployment(watched: Watched) -> None:
    watched.settle()

    found = watched.holdings
    assert {one.secret.name for one in found.secrets} >= set(watched.theatre.company.names)
    assert found.taken_at is not None


def test_the_schedule_takes_it_with_all_that_the_list_leaves_open(watched: Watched, taken: Mapping[str, str]) -> None:
    by_name = {one.secret.name: one for one in watched.holdings.secrets}

    assert by_name[taken["crown"]].tier is Tier.CROWN
    assert ":key/" in str(by_name[taken["aliased"]].key)
    assert by_name[taken["copied"]].replica_regions == ("us-east-1",)
    assert by_name[taken["rotated"]].rotated_by == taken["function"]
    assert watched.holdings.roles_named(taken["function"]) == {watched.theatre.operator_role}


def inventory_lines(watched: Watched) -> list[dict[str, Any]]:
    """Give what the auditor logged of finished inventories."""
    parsed = [json.loads(line) for _, line in list(watched.lines) if line.startswith("{")]
    return [line for line in parsed if line.get("message") == "inventory"]


def test_nothing_was_left_unseen(watched: Watched, taken: Mapping[str, str]) -> None:
    assert taken
    assert [line["gaps"] for line in inventory_lines(watched)] == [0] * len(inventory_lines(watched))


def test_every_part_of_the_stack_is_known_as_ours(watched: Watched, taken: Mapping[str, str]) -> None:
    assert taken
    stack = watched.theatre.stage.stack
    own = " ".join(watched.holdings.own)

    assert [one.logical_id for one in stack.resources.values() if one.physical_id not in own] == []


def test_the_auditors_own_looks_are_nobodys_news(watched: Watched, taken: Mapping[str, str]) -> None:
    assert taken
    watched.settle()
    records = [envelope["detail"] for envelope in list(watched.envelopes)]
    looks = [record for record in records if "AuditorRole" in json.dumps(record.get("userIdentity"))]

    assert {record["eventName"] for record in looks} >= {"ListSecrets", "DescribeSecret"}
    assert watched.findings_logged(*(record["eventID"] for record in looks)) == []


def test_a_secret_tagged_crown_weighs_more_though_the_policy_says_nothing(
    watched: Watched, taken: Mapping[str, str]
) -> None:
    """Deleting another secret of the same kind is one severity milder."""
    plain = watched.a_secret("e2e/")
    watched.theatre.stage.clock.advance(2 * READ_AGAIN_AFTER_S)  # the detectors look again once a minute
    try:
        watched.someone().delete_secret(SecretId=plain, RecoveryWindowInDays=7)
        watched.someone().delete_secret(SecretId=taken["crown"], RecoveryWindowInDays=7)
        watched.settle()
    finally:
        watched.theatre.stage.clock.follow()

    def severity_of(name: str) -> str:
        [record] = watched.told("DeleteSecret", name)
        [finding] = [f for f in watched.findings_logged(record["eventID"]) if f["rule_id"] == DEL_01]
        return str(finding["severity"])

    assert (severity_of(plain), severity_of(taken["crown"])) == ("HIGH", "CRITICAL")


def test_whoever_borrows_the_auditors_role_reads_no_value(watched: Watched, taken: Mapping[str, str]) -> None:
    role = watched.theatre.stage.stack.physical_id("AuditorRole")
    thief = watched.theatre.as_role(role, "borrowed")

    with pytest.raises(Exception, match="with an explicit deny in an identity-based policy"):
        thief.get_secret_value(SecretId=taken["crown"])


def test_whoever_changes_a_role_of_ours_is_told_though_the_policy_names_no_part(
    watched: Watched, taken: Mapping[str, str]
) -> None:
    assert taken
    role = watched.theatre.stage.stack.physical_id("ResponderRole")
    iam = watched.client("iam")
    policy = "act"
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    watched.theatre.stage.clock.advance(2 * READ_AGAIN_AFTER_S)
    try:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))
        watched.settle()
    finally:
        watched.theatre.stage.clock.follow()

    [record] = watched.told("PutRolePolicy", role)
    assert [f["rule_id"] for f in watched.findings_logged(record["eventID"])] == ["monitor.tampered"]
