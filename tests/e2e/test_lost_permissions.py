"""A permission taken away is refused as AWS refuses it, and nothing vanishes: dead letters, logs, messages tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from e2e.watched import Watched
from functions.transformed import many
from nightlatch.local.permissions.policies import Verdict

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("lost-permissions")]


@contextmanager
def without(watched: Watched, role: str, action: str) -> Iterator[str]:
    """Take an action away from a role; give the name of the function's session, and the action back at the end."""
    watched.settle()
    iam, name = watched.client("iam"), watched.theatre.stage.stack.physical_id(role)
    before = {
        policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    }
    narrowed = {policy: taken_from(document, action) for policy, document in before.items()}
    assert narrowed != before
    write(iam, name, narrowed)
    try:
        yield f"assumed-role/{name}/"
    finally:
        write(iam, name, before)


def taken_from(document: dict[str, Any], action: str) -> dict[str, Any]:
    """Give a policy without an action; a statement that is left without any goes with it."""
    left = [
        {**one, "Action": [each for each in many(one["Action"]) if each != action]} for one in document["Statement"]
    ]
    return {**document, "Statement": [one for one in left if one["Action"]]}


def write(iam: Any, role: str, policies: dict[str, dict[str, Any]]) -> None:
    """Write a role's inline policies."""
    for policy, document in policies.items():
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))


def refused(watched: Watched, action: str) -> bool:
    """Tell whether the guard refused it."""
    return any(one.request.action == action and one.verdict is Verdict.NOT_ALLOWED for one in list(watched.judged))


def logged(watched: Watched, text: str) -> bool:
    """Tell whether a function's log holds it."""
    return any(text in line for _, line in list(watched.lines))


def test_the_stage_refused_nothing_that_the_template_allows(watched: Watched) -> None:
    watched.theatre.stage.server.guard.raise_failures()
    watched.theatre.stage.server.narrator.raise_failures()


def test_an_alert_that_may_not_be_published_is_on_slack_and_among_the_dead_letters(watched: Watched) -> None:
    name = watched.a_secret()

    with without(watched, "NotifierRole", "sns:Publish"):
        watched.someone().put_secret_value(SecretId=name, SecretString="overwritten")
        watched.eventually(lambda: watched.messages(name), f"an incident for {name}")
        watched.settle()

    assert refused(watched, "sns:Publish")
    letters = watched.letters("AlertsDeadLetterQueue")
    # Among them is the incident of who took the permission away: the inventory names the role as ours.
    assert {json.loads(letter)["incident_id"] for letter in letters} >= {
        watched.incident(message).id for message in watched.messages(name)
    }
    assert logged(watched, "is not authorized to perform: SNS:Publish on resource: ")
    assert logged(watched, "because no identity-based policy allows the SNS:Publish action")


def test_a_change_that_the_detector_may_not_hand_over_is_among_the_dead_letters(watched: Watched) -> None:
    name = watched.a_secret()

    with without(watched, "DetectorRole", "sqs:SendMessage"):
        watched.someone().delete_secret(SecretId=name, RecoveryWindowInDays=7)
        watched.settle()

    [record] = watched.told("DeleteSecret", name)
    letters = watched.letters("ChangesDeadLetterQueue")
    assert record["eventID"] in [json.loads(letter)["detail"].get("eventID") for letter in letters]
    assert logged(watched, "not authorized to perform: sqs:sendmessage on resource: ")
    assert watched.messages(name) == []


def test_a_batch_that_the_detector_may_not_remember_is_among_the_dead_letters(watched: Watched) -> None:
    name = watched.a_secret()

    with without(watched, "DetectorRole", "dynamodb:BatchWriteItem"):
        watched.someone().delete_secret(SecretId=name, RecoveryWindowInDays=7)
        watched.settle()

    [record] = watched.told("DeleteSecret", name)
    letters = watched.letters("ChangesDeadLetterQueue")
    assert record["eventID"] in [json.loads(letter)["detail"].get("eventID") for letter in letters]
    assert logged(watched, "because no identity-based policy allows the dynamodb:BatchWriteItem action")


def test_a_restore_that_is_refused_is_told_to_people_with_the_permission_to_add(watched: Watched) -> None:
    name = watched.a_secret()

    with without(watched, "ResponderRole", "secretsmanager:RestoreSecret") as session:
        watched.someone().delete_secret(SecretId=name, RecoveryWindowInDays=7)
        [message] = watched.eventually(lambda: watched.messages(name), f"an incident for {name}")
        watched.shows(message["ts"], "not permitted; add secretsmanager:RestoreSecret to the role that acts")
        watched.settle()

    [record] = watched.told("RestoreSecret", session)
    assert record["errorCode"] == "AccessDenied"
    assert record["errorMessage"].endswith(
        "because no identity-based policy allows the secretsmanager:RestoreSecret action"
    )
    assert name in record["errorMessage"]


def test_a_response_whose_ledger_may_not_be_written_is_among_the_dead_letters(watched: Watched) -> None:
    name = watched.a_secret()

    with without(watched, "ResponderRole", "dynamodb:PutItem"):
        watched.someone().delete_secret(SecretId=name, RecoveryWindowInDays=7)
        watched.settle()

    [message] = watched.messages(name)
    letters = watched.letters("ResponsesDeadLetterQueue")
    assert {json.loads(letter)["response_id"] for letter in letters} == set(watched.incident(message).responses)
    assert watched.told("RestoreSecret", name) == []
    assert logged(watched, "because no identity-based policy allows the dynamodb:PutItem action")


@pytest.mark.parametrize("role", ["DetectorRole", "ResponderRole"])
def test_whoever_borrows_the_role_of_a_judge_or_an_actor_reads_no_value(watched: Watched, role: str) -> None:
    name = watched.a_secret()
    thief = watched.theatre.as_role(watched.theatre.stage.stack.physical_id(role), "borrowed")

    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy") as raised:
        thief.get_secret_value(SecretId=name)

    assert raised.value.response["Error"]["Code"] == "AccessDeniedException"


def test_whoever_borrows_the_responders_role_writes_no_value_and_moves_no_label_of_others(watched: Watched) -> None:
    name = watched.a_secret("test/e2e-")  # none that may be vaulted
    version = watched.current(name)
    role = watched.theatre.stage.stack.physical_id("ResponderRole")
    thief = watched.theatre.as_role(role, "borrowed")

    with pytest.raises(ClientError, match="no identity-based policy allows the secretsmanager:PutSecretValue action"):
        thief.put_secret_value(SecretId=name, SecretString="planted")
    with pytest.raises(ClientError, match="allows the secretsmanager:UpdateSecretVersionStage action"):
        thief.update_secret_version_stage(SecretId=name, VersionStage="theirs", MoveToVersionId=version)

    assert watched.current(name) == version
