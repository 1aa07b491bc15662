"""A guard holds on the stage as on AWS, and a controller that takes it out meets one page and no endless fight."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from e2e.watched import BREAK_GLASS, CONTESTED, GUARDED, Watched
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.judging.findings import Severity

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("guards")]

READERS = '{"Version":"2012-10-17",\n  "Statement":{"Sid":"Readers","Effect":"Allow","Principal":{"AWS":"%s"},\n "Action":"secretsmanager:GetSecretValue","Resource":"*"}}'  # noqa: E501


def ended(watched: Watched, response_id: str) -> str:
    """Wait until a response is over, and give how."""

    def look() -> str | None:
        found = watched.ledger.get(response_id)
        is_over = found.state in {ResponseState.SUCCEEDED, ResponseState.FAILED}
        return f"{found.state}: {found.result}" if is_over else None

    return watched.eventually(look, f"the end of {response_id}")


def a_guarded(watched: Watched, prefix: str = GUARDED, policy: str | None = None) -> str:
    """Let Terraform make a secret, and a person guard it."""
    name = watched.a_secret(prefix)
    if policy is not None:
        watched.theatre.as_role("terraform", "apply").put_resource_policy(SecretId=name, ResourcePolicy=policy)
    result = ended(watched, watched.wishes(ActionKind.APPLY_GUARD, name))
    assert result.startswith(ResponseState.SUCCEEDED), result
    return name


def test_a_force_delete_is_refused_and_the_message_says_that_it_is_meant(watched: Watched) -> None:
    name = a_guarded(watched)
    stranger = watched.someone()

    with pytest.raises(ClientError, match="explicit deny in a resource-based policy"):
        stranger.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)

    assert watched.client("secretsmanager").describe_secret(SecretId=name)["Name"] == name
    shown = watched.eventually(
        lambda: next(
            (text for text in map(json.dumps, watched.messages(name)) if "terraform destroy fails" in text), None
        ),
        "a message about the refusal",
    )
    assert f"nightlatch allow {name} --action force-delete --for 2h --reason TEXT" in shown


def test_reading_and_a_deletion_with_a_window_pass_the_guard(watched: Watched) -> None:
    name = a_guarded(watched)
    terraform = watched.theatre.as_role("terraform", "apply")

    assert terraform.get_secret_value(SecretId=name)["Name"] == name
    terraform.delete_secret(SecretId=name, RecoveryWindowInDays=30)

    assert watched.told("DeleteSecret", name)


def test_nobody_but_the_ways_out_takes_a_guard_off(watched: Watched) -> None:
    name = a_guarded(watched)

    for call in ("delete_resource_policy", "put_resource_policy"):
        asked = {"ResourcePolicy": READERS % BREAK_GLASS} if call.startswith("put") else {}
        with pytest.raises(ClientError, match="explicit deny"):
            getattr(watched.someone(), call)(SecretId=name, **asked)

    assert watched.is_guarded(name)
    watched.client("secretsmanager").delete_resource_policy(SecretId=name)  # the account's root
    watched.eventually(lambda: watched.is_guarded(name) or None, "the guard put back")


def test_a_guard_goes_and_the_policy_is_as_it_was_byte_for_byte(watched: Watched) -> None:
    before = READERS % watched.theatre.operator_role
    name = a_guarded(watched, policy=before)

    result = ended(watched, watched.wishes(ActionKind.REMOVE_GUARD, name, people=2))

    assert result.startswith(ResponseState.SUCCEEDED), result
    assert watched.policy_of(name) == before


def test_a_planned_force_delete_goes_through_without_a_fight(watched: Watched) -> None:
    name = a_guarded(watched)
    wish = {"force": True, "lasting": timedelta(hours=2), "note": "the stack is torn down"}

    result = ended(watched, watched.wishes(ActionKind.ALLOW_DELETION, name, people=2, **wish))
    watched.someone().delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    watched.settle()

    assert result.startswith(ResponseState.SUCCEEDED), result
    assert watched.messages(name) == []


def test_a_guard_that_was_lifted_comes_back_once_the_time_is_over_and_no_brake_is_on_and_people_are_told(
    watched: Watched,
) -> None:
    name = a_guarded(watched)
    wish = {"force": True, "lasting": timedelta(minutes=30), "note": "the stack is torn down"}
    ended(watched, watched.wishes(ActionKind.ALLOW_DELETION, name, people=2, **wish))
    assert watched.policy_of(name) is None
    brake = watched.theatre.variables("Responder")["NIGHTLATCH_KILL_SWITCH_PARAMETER"]
    ssm = watched.client("ssm")

    ssm.put_parameter(Name=brake, Value="on", Overwrite=True)
    try:
        watched.an_hour_later()
        assert not watched.is_guarded(name)
        [message] = [one for one in watched.messages(name) if "has not come back" in one["text"]]
    finally:
        ssm.put_parameter(Name=brake, Value="off", Overwrite=True)
    watched.hours_later(2)

    assert watched.is_guarded(name)
    watched.shows(message["ts"], "✅ guarded secret")


def test_an_operator_that_takes_the_guard_out_each_time_ends_in_one_page_and_a_held_response(watched: Watched) -> None:
    name = a_guarded(watched, CONTESTED)
    role = watched.a_role()
    operator, clock = watched.theatre.as_role(role, "reconciler"), watched.theatre.stage.clock

    for reconcile in range(6):
        clock.advance(60)  # records tell the second, and a reconcile is no faster
        operator.delete_resource_policy(SecretId=name)
        if reconcile < 2:
            watched.eventually(lambda: watched.is_guarded(name) or None, "the guard put back")
        watched.settle()
    clock.follow()

    assert not watched.is_guarded(name)
    ours = [r for r in watched.told("PutResourcePolicy", name) if role not in json.dumps(r["userIdentity"])]
    assert len(ours) == 3  # a person's wish, and twice against the operator
    [message] = watched.messages(role)
    incident = watched.incident(message)
    assert incident.severity is Severity.CRITICAL
    assert "monitor.contested" in {finding.rule for finding in incident.findings}
    held = [watched.ledger.get(response_id) for response_id in incident.responses]
    assert [one.state for one in held].count(ResponseState.PROPOSED) >= 1
    assert any("it was undone each time" in one.waits_because for one in held)
    assert any(role in one.waits_because for one in held)
