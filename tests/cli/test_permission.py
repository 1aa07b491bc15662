"""Whoever lacks a permission is shown the statement that gives it; where a policy denies it nothing is promised."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core import set_initial_no_auth_action_count

from cli.deployed import deploy
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.permission import Missing, missing_in
from nightlatch.domain.errors import Unavailable
from worlds import a_client, on_moto

PARAMETER = "arn:aws:ssm:eu-west-1:111122223333:parameter/nightlatch/nightlatch/policy"
WHO = "User: arn:aws:sts::111122223333:assumed-role/dev/ana is not authorized to perform: "


def denied(said: str) -> ClientError:
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": said}}, "GetParameter")


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        (
            f"{WHO}ssm:GetParameter on resource: {PARAMETER} because no identity-based policy allows it",
            Missing("ssm:GetParameter", PARAMETER),
        ),
        (f"{WHO}kms:Decrypt", Missing("kms:Decrypt")),
        (f"{WHO}iam:GetRole on resource: role app", Missing("iam:GetRole")),
        (f"{WHO}ssm:GetParameter on resource: {PARAMETER} with an explicit deny in a service control policy", None),
        ("something else is wrong", None),
    ],
)
def test_the_statement_is_read_out_of_what_aws_says(said: str, missing: Missing | None) -> None:
    error = Unavailable("wrapped")
    error.__cause__ = denied(said)

    assert missing_in(error) == missing


def test_an_error_that_stands_in_its_own_past_ends() -> None:
    error = Unavailable("round")
    error.__cause__ = error

    assert missing_in(error) is None


def a_user_without_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    iam = a_client("iam")
    iam.create_user(UserName="newcomer")
    key: Any = iam.create_access_key(UserName="newcomer")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])


def test_a_newcomer_without_rights_is_told_what_to_add(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with on_moto(monkeypatch):
        deploy({})
        a_user_without_rights(monkeypatch)

        @set_initial_no_auth_action_count(0)
        def asked() -> int:
            return run(["policy", "show"])

        assert asked() == ExitCode.ERROR

    *_, last = capsys.readouterr().err.splitlines()
    _, _, statement = last.partition("add to an IAM policy of yours: ")
    assert json.loads(statement)["Action"] == "cloudformation:DescribeStacks"
