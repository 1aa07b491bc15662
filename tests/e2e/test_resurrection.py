"""A secret that was destroyed on the stage comes back from the vault, by itself and by the verb; seen on the stage."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from e2e.watched import Watched
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.verbs.stage import announced as announcing
from nightlatch.local.scenes.company import a_value
from nightlatch.local.scenes.resurrection import NAME, WITHIN_S, resurrection
from nightlatch.local.scenes.timeline import Timeline
from nightlatch.local.slack.workspace import buttons_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("resurrection")]


@pytest.fixture(scope="module")
def played(watched: Watched) -> Timeline:
    timeline = Timeline("resurrect", lambda _line: None)
    resurrection(watched.theatre, timeline)
    watched.settle()
    return timeline


@pytest.fixture
def announced(watched: Watched, tmp_path, monkeypatch) -> Iterator[Watched]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with announcing(watched.theatre):
        yield watched


def test_the_secret_is_back_within_a_minute_of_its_deletion(played: Timeline, watched: Watched) -> None:
    (deleted, _), (back, _) = played.moments[1:3]
    asked = watched.told("CreateSecret", NAME)
    made = [record for record in asked if "errorCode" not in record]

    assert back - deleted < WITHIN_S
    assert len(made) == 2  # the name was held for some seconds: who asked meanwhile was refused, and asked again


@pytest.mark.usefixtures("played")
def test_nobody_but_the_responder_created_it_and_nothing_of_ours_is_an_incident(watched: Watched) -> None:
    again = watched.told("CreateSecret", NAME)[-1]

    assert "ResponderRole" in again["userIdentity"]["arn"]
    told = [message["text"] for message in watched.theatre.slack.messages() if NAME in message["text"]]
    assert len(told) == 1
    assert "cleanup" in told[0]


@pytest.mark.usefixtures("played")
def test_it_was_rotated_by_nobody_and_its_rotation_came_on_by_one_press(watched: Watched) -> None:
    (message,) = watched.messages(NAME)
    asked = [record["requestParameters"]["rotateImmediately"] for record in watched.told("RotateSecret", NAME)]

    assert asked == [False, False]
    assert not [button for button in buttons_of(message) if "rotation" in button["text"]["text"]]
    assert "approved by ana" in json.dumps(message)


def test_a_person_gets_back_what_only_the_vault_has(announced: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    name = vaulted(announced, "prod/orders/e2e-gone")
    manager = announced.theatre.as_role("terraform", "apply")
    before = manager.describe_secret(SecretId=name)["ARN"]
    announced.theatre.as_role("terraform", "apply").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    announced.eventually(lambda: arn_of(announced, name) not in {None, before}, f"{name} back by itself")

    assert run(["restore", name, "--local", "--yes"]) == ExitCode.REFUSED

    assert "is there, as arn:" in capsys.readouterr().err
    assert run(["references", before, "--local", "--output", "json"]) == ExitCode.CLEAN
    assert json.loads(capsys.readouterr().out)["arn"] == before


def test_an_older_value_of_before_the_destruction_comes_back_by_its_id(
    announced: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    name, manager = vaulted(announced, "prod/orders/e2e-past"), announced.theatre.as_role("terraform", "apply")
    first = manager.get_secret_value(SecretId=name)
    second = manager.put_secret_value(SecretId=name, SecretString=a_value())["VersionId"]
    announced.eventually(lambda: second in copied(name, capsys), f"a copy of the second version of {name}")
    manager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    announced.eventually(lambda: arn_of(announced, name) not in {None, first["ARN"]}, f"{name} back by itself")
    announced.settle()

    assert copied(name, capsys)[first["VersionId"]] == "what it was before"
    assert run(["rollback", name, "--to", first["VersionId"][:8], "--local", "--yes"]) == ExitCode.CLEAN

    assert "which this secret was before nightlatch created it again" in capsys.readouterr().out
    assert manager.get_secret_value(SecretId=name)["SecretString"] == first["SecretString"]


def copied(name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Give whose the copies are, by version, as `snapshots list` says."""
    capsys.readouterr()
    assert run(["snapshots", "list", name, "--local", "--output", "json"]) == ExitCode.CLEAN
    return {one["version"]: one["of"] for one in json.loads(capsys.readouterr().out)["copies"]}


def test_a_person_takes_a_scheduled_deletion_back_by_the_same_verb(
    announced: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    name = announced.a_secret("test/e2e-")
    announced.theatre.as_role("terraform", "apply").delete_secret(SecretId=name, RecoveryWindowInDays=7)

    assert run(["restore", name, "--local", "--dry-run"]) == ExitCode.CLEAN
    assert "aws secretsmanager restore-secret" in capsys.readouterr().out
    assert run(["restore", name, "--local", "--yes"]) == ExitCode.CLEAN
    assert "DeletedDate" not in announced.theatre.as_role("terraform", "apply").describe_secret(SecretId=name)


@pytest.mark.usefixtures("announced")
def test_what_no_vault_has_cannot_come_back_and_the_verb_says_what_would_have_helped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["restore", "test/never-was", "--local", "--yes"]) == ExitCode.REFUSED

    assert "snapshots.vault" in capsys.readouterr().err


def vaulted(watched: Watched, name: str) -> str:
    """Let Terraform make a secret of which copies are kept, and wait for the first."""
    watched.theatre.as_role("terraform", "apply").create_secret(Name=name, SecretString=a_value())
    table = watched.theatre.variables("Keeper")["NIGHTLATCH_SNAPSHOT_TABLE"]

    def is_copied() -> bool:
        items = watched.client("dynamodb").scan(TableName=table)["Items"]
        return any(
            name in json.dumps(item, default=str) and "copies/" in json.dumps(item, default=str) for item in items
        )

    watched.eventually(is_copied, f"a copy of {name}")
    return name


def arn_of(watched: Watched, name: str) -> str | None:
    manager = watched.theatre.as_role("terraform", "apply")
    try:
        return str(manager.describe_secret(SecretId=name)["ARN"])
    except manager.exceptions.ResourceNotFoundException:
        return None
