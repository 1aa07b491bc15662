"""`contain` says who is meant, what else stops and which calls it makes; it does no more than that, and undoes it."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.domain.containing.deny_policies import SECRETS_POLICY, SESSIONS_POLICY, denial
from worlds import ACCOUNT, REGION

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


@pytest.fixture
def iam(deployed: None) -> Any:
    """Give IAM of an account in which nightlatch is deployed, with a role, and a user who has two keys."""
    del deployed
    client: Any = boto3.client("iam", region_name=REGION)
    client.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(_TRUST))
    client.create_role(RoleName="nightlatch-ResponderRole", AssumeRolePolicyDocument=json.dumps(_TRUST))
    client.create_role(RoleName="break-glass", AssumeRolePolicyDocument=json.dumps(_TRUST))
    client.create_user(UserName="ci-deploy")
    return client


def policies(iam: Any) -> list[str]:
    return list(iam.list_role_policies(RoleName="app")["PolicyNames"])


def a_key(iam: Any) -> str:
    return str(iam.create_access_key(UserName="ci-deploy")["AccessKey"]["AccessKeyId"])


def status(iam: Any, key: str) -> str:
    listed = iam.list_access_keys(UserName="ci-deploy")["AccessKeyMetadata"]
    return next(str(one["Status"]) for one in listed if one["AccessKeyId"] == key)


def test_a_dry_run_shows_the_blast_radius_the_call_and_the_way_back_and_does_nothing(
    iam: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["contain", "role/app", "--dry-run"]) == ExitCode.CLEAN

    said = capsys.readouterr().out
    assert "denies role app every secret" in said
    assert "nothing is known of what it does with secrets in the last 90 days" in said
    assert "taken by lambda.amazonaws.com" in said
    assert f"aws iam put-role-policy --role-name app --policy-name {SECRETS_POLICY}" in said
    assert f"nightlatch contain arn:aws:iam::{ACCOUNT}:role/app --lift --measure deny-secrets" in said
    assert policies(iam) == []


def test_a_role_is_stopped_and_let_go(iam: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["contain", "role/app", "--yes", "--direct"]) == ExitCode.CLEAN
    assert policies(iam) == [SECRETS_POLICY]

    assert run(["contain", "role/app", "--lift", "--yes", "--direct"]) == ExitCode.CLEAN
    assert policies(iam) == []
    assert "not denied secrets any more" in capsys.readouterr().out


def test_while_nightlatch_is_paused_nothing_is_asked_for_and_the_next_step_is_said(
    iam: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    boto3.client("ssm", region_name=REGION).put_parameter(Name="/brake", Value="on: ana, a migration", Overwrite=True)

    assert run(["contain", "role/app", "--yes", "--direct"]) == ExitCode.REFUSED

    assert policies(iam) == []
    assert (
        "nightlatch is paused (on: ana, a migration), so nothing was changed; nightlatch resume, then again"
        in capsys.readouterr().err
    )


def test_what_is_so_already_needs_no_way_back(iam: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["contain", "role/app", "--yes", "--direct"]) == ExitCode.CLEAN
    assert "To undo" in capsys.readouterr().out

    assert run(["contain", "role/app", "--yes", "--direct"]) == ExitCode.CLEAN

    said = capsys.readouterr().out
    assert "none: it is so already" in said
    assert "To undo" not in said
    assert policies(iam) == [SECRETS_POLICY]


def test_sessions_are_revoked_where_that_is_asked_for(iam: Any) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/app"

    assert run(["contain", arn, "--measure", "revoke-sessions", "--yes", "--direct"]) == ExitCode.CLEAN

    assert policies(iam) == [SESSIONS_POLICY]


def test_the_only_active_key_is_meant_and_of_several_one_must_be_named(
    iam: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    first = a_key(iam)
    assert run(["contain", "user/ci-deploy", "--yes", "--direct"]) == ExitCode.CLEAN
    assert status(iam, first) == "Inactive"
    assert run(["contain", "user/ci-deploy", "--lift", "--key", first, "--yes", "--direct"]) == ExitCode.CLEAN
    assert status(iam, first) == "Active"

    second = a_key(iam)
    assert run(["contain", "user/ci-deploy", "--yes", "--direct"]) == ExitCode.REFUSED
    assert "name one with --key" in capsys.readouterr().err
    assert run(["contain", "user/ci-deploy", "--key", second, "--yes", "--direct"]) == ExitCode.CLEAN
    assert (status(iam, first), status(iam, second)) == ("Active", "Inactive")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["role/break-glass"], "break_glass"),
        (["role/nightlatch-ResponderRole"], "one of nightlatch's own"),
        (["role/app", "--measure", "deactivate-key"], "does not fit"),
        (["app"], "neither a user nor a role"),
        (["user/ci-deploy", "--key", "AKIAIOSFODNN7EXAMPLE"], "has no access key"),
        (["role/app", "--lift"], "held by no policy of nightlatch"),
        (["arn:aws:iam::999988887777:role/app"], "999988887777"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    iam: Any, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert policies(iam) == []

    assert run(["contain", *arguments, "--yes", "--direct"]) == ExitCode.REFUSED

    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("iam")
def test_where_two_measures_hold_somebody_which_to_lift_must_be_said(capsys: pytest.CaptureFixture[str]) -> None:
    for measure in ("deny-secrets", "revoke-sessions"):
        assert run(["contain", "role/app", "--measure", measure, "--yes", "--direct"]) == ExitCode.CLEAN

    assert run(["contain", "role/app", "--lift", "--yes", "--direct"]) == ExitCode.REFUSED
    assert "say which with --measure" in capsys.readouterr().err


def test_a_policy_of_our_name_that_somebody_else_wrote_is_left_alone(iam: Any) -> None:
    theirs = json.loads(denial())
    theirs["Statement"] = theirs["Statement"][:1]
    iam.put_role_policy(RoleName="app", PolicyName=SECRETS_POLICY, PolicyDocument=json.dumps(theirs))

    assert run(["contain", "role/app", "--yes", "--direct"]) == ExitCode.REFUSED
    assert run(["contain", "role/app", "--lift", "--yes", "--direct"]) == ExitCode.REFUSED

    assert iam.get_role_policy(RoleName="app", PolicyName=SECRETS_POLICY)["PolicyDocument"] == theirs
