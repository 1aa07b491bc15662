"""`nightlatch canary` shows the plan, asks, plants, lists and removes; what cannot be is refused in one line."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from nightlatch.cli.acts import canaries
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from worlds import REGION, on_moto

NAME, MEMO = "prod/orders/db-admin", "stands in the wiki of the orders team"
HOSTILE = "<!channel> [bold]x[/bold] <script>alert(1)</script> '; DROP TABLE"


@pytest.fixture
def secrets(deployed: None) -> Any:
    del deployed
    return boto3.client("secretsmanager", region_name=REGION)


def plant(*more: str, name: str = NAME, memo: str = MEMO) -> int:
    return run(["canary", "plant", name, "--memo", memo, *more])


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(["canary", "list", "--output", "json"]) == ExitCode.CLEAN
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_a_dry_run_shows_every_call_the_price_and_the_way_back_and_writes_nothing(secrets, capsys):
    assert plant("--dry-run") == ExitCode.CLEAN

    said = capsys.readouterr().out
    assert "0.40 USD a month" in said
    assert "aws secretsmanager create-secret --name prod/orders/db-admin" in said
    assert f"To undo  nightlatch canary remove {NAME}" in said
    assert MEMO in said
    assert secrets.list_secrets()["SecretList"] == []
    assert listed(capsys) == []


def test_a_decoy_bears_nothing_that_says_so_and_its_value_is_shown_nowhere(secrets, capsys):
    assert plant("--yes") == ExitCode.CLEAN

    said = capsys.readouterr()
    shown = secrets.describe_secret(SecretId=NAME)
    assert not {"Description", "Tags", "KmsKeyId", "RotationEnabled", "ReplicationStatus"} & {
        key for key, value in shown.items() if value
    }
    assert MEMO not in json.dumps(shown, default=str)
    value = json.loads(secrets.get_secret_value(SecretId=NAME)["SecretString"])
    assert (value["engine"], value["host"].endswith(".db.internal")) == ("postgres", True)
    assert value["password"] not in said.out + said.err
    assert value["password"] not in json.dumps(listed(capsys))


@pytest.mark.parametrize("kind", ["token", "login"])
def test_no_value_has_the_form_of_somebodys_credential(secrets, kind):
    assert plant("--yes", "--kind", kind) == ExitCode.CLEAN

    text = secrets.get_secret_value(SecretId=NAME)["SecretString"]
    assert not any(form in text for form in ("AKIA", "ASIA", "ghp_", "xox", "sk_live", "amazonaws"))


def test_a_decoy_takes_over_the_looks_of_a_neighbour_and_shows_only_the_keys_of_its_tags(secrets, capsys):
    tags = [{"Key": "team", "Value": "orders-squad"}]
    secrets.create_secret(Name="prod/orders/db", SecretString="x", Description="the ledger", Tags=tags)

    assert plant("--yes", "--like", "prod/orders/db") == ExitCode.CLEAN

    said = capsys.readouterr().out
    assert "its tags (team)" in said
    assert "orders-squad" not in said
    assert "the ledger" not in said
    shown = secrets.describe_secret(SecretId=NAME)
    assert (shown["Description"], shown["Tags"]) == ("the ledger", tags)


def test_names_are_suggested_after_those_that_there_are(secrets, capsys):
    for name in ("prod/orders/db", "prod/orders/api-key"):
        secrets.create_secret(Name=name, SecretString="x")

    assert run(["canary", "plant"]) == ExitCode.CLEAN

    names = capsys.readouterr().out.split()
    assert len(names) == 5
    assert all(name.startswith("prod/orders") for name in names)


def test_a_decoy_is_listed_removed_and_taken_back(secrets, capsys):
    plant("--yes", memo=HOSTILE)
    (one,) = listed(capsys)
    assert (one["name"], one["memo"], one["state"], one["planted_by"]) == (NAME, HOSTILE, "stands", "ben (U0BEN)")
    assert run(["canary", "list"]) == ExitCode.CLEAN
    assert HOSTILE in capsys.readouterr().out

    assert run(["canary", "remove", NAME, "--dry-run"]) == ExitCode.CLEAN
    assert "--recovery-window-in-days 7" in capsys.readouterr().out
    assert listed(capsys)[0]["state"] == "stands"
    assert run(["canary", "remove", NAME, "--yes"]) == ExitCode.CLEAN
    assert listed(capsys)[0]["state"] == "leaving"
    assert "DeletedDate" in secrets.describe_secret(SecretId=NAME)

    assert plant("--yes") == ExitCode.CLEAN
    assert [(one["state"], one["memo"]) for one in listed(capsys)] == [("stands", MEMO)]
    assert "DeletedDate" not in secrets.describe_secret(SecretId=NAME)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["plant", NAME], "needs a memo"),
        (["plant", NAME, "--memo", "x" * 201], "has 201 characters"),
        (["plant", "with space", "--memo", MEMO], "by a name that AWS takes"),
        (["plant", "prod/taken", "--memo", MEMO], "is there already, and is no decoy"),
    ],
    ids=["no memo", "long memo", "no name", "taken"],
)
def test_what_cannot_be_planted_is_refused(secrets, capsys, arguments, why):
    secrets.create_secret(Name="prod/taken", SecretString="x")

    assert run(["canary", *arguments, "--yes"]) == ExitCode.REFUSED

    assert why in capsys.readouterr().err
    assert len(secrets.list_secrets()["SecretList"]) == 1


@pytest.mark.parametrize("verb", ["fire", "remove"])
def test_what_is_no_decoy_is_left_alone(secrets, capsys, verb):
    secrets.create_secret(Name="prod/orders/db", SecretString="x")

    assert run(["canary", verb, "prod/orders/db", "--yes"]) == ExitCode.ERROR

    assert "prod/orders/db is no decoy" in capsys.readouterr().err
    assert "DeletedDate" not in secrets.describe_secret(SecretId="prod/orders/db")


def test_nothing_to_look_like_is_said(secrets, capsys):
    del secrets
    assert plant("--yes", "--like", "prod/none") == ExitCode.ERROR

    assert "there is none to look like" in capsys.readouterr().err


def test_in_an_account_without_nightlatch_nothing_is_planted(monkeypatch, capsys):
    with on_moto(monkeypatch):
        assert plant("--yes") == ExitCode.ERROR

        assert "no such stack here" in capsys.readouterr().err
        assert boto3.client("secretsmanager", region_name=REGION).list_secrets()["SecretList"] == []


def test_whoever_is_no_approver_plants_nothing(secrets, capsys):
    policy = json.dumps({"version": 1})
    boto3.client("ssm", region_name=REGION).put_parameter(Name="/policy", Value=policy, Overwrite=True)

    assert plant("--yes") == ExitCode.REFUSED

    assert "is not an approver" in capsys.readouterr().err
    assert secrets.list_secrets()["SecretList"] == []


def test_a_test_of_which_nobody_is_told_is_an_error_that_says_where_to_look(secrets, capsys, monkeypatch):
    del secrets
    plant("--yes")
    monkeypatch.setattr(canaries, "PATIENCE_S", 0)

    assert run(["canary", "fire", NAME, "--yes"]) == ExitCode.ERROR

    assert "no alert came within 0 s" in capsys.readouterr().err
    assert listed(capsys)[0]["tried_at"] is not None
