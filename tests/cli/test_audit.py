"""`nightlatch audit` looks at an account with or without a nightlatch, keeps what it found, and ends as clearly."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.deployed import deploy
from nightlatch.cli.looks.audit_books import shelf
from nightlatch.cli.main import run
from nightlatch.cli.report import writing
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.verbs.audit import AuditOutput
from worlds import a_client, on_moto

VALUE = "planted-value-of-a-secret"


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An account with two secrets that nobody rotates, and a shelf of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with on_moto(monkeypatch):
        for name in ("prod/db", "test/api"):
            a_client("secretsmanager").create_secret(Name=name, SecretString=VALUE)
        yield


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Audit, and give what was found as a program gets it."""
    capsys.readouterr()
    run(["audit", "--output", "json", *arguments])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def about(found: dict[str, Any], check: str) -> list[tuple[str, str]]:
    return sorted((one["name"], one["standing"]) for one in found["findings"] if one["check"] == check)


def test_an_account_without_a_nightlatch_is_audited_with_the_callers_credentials(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["audit", "--check", "rotation.off"]) == ExitCode.CLEAN

    told = capsys.readouterr()
    assert "2 findings in 2 secrets and 0 functions, none of them critical or high." in told.out
    assert "prod/db" in told.out
    assert "no nightlatch is deployed here" in told.err
    assert "secrets=2 functions=0" in told.err
    assert VALUE not in told.out + told.err


def test_where_one_is_deployed_its_policy_decides(capsys: pytest.CaptureFixture[str]) -> None:
    mute = {
        "checks": ["rotation.off"],
        "names": ["test/*"],
        "owner": "platform",
        "reason": "thrown away each night",
        "expires": "2099-01-01T00:00:00Z",
    }
    deploy({"audit": {"mutes": [mute]}})

    found = document(capsys, "--check", "rotation.off")

    assert found["audit"]["policy"]
    assert found["counts"]["muted"] == 1
    assert [(one["owner"], one["findings"]) for one in found["mutes"]] == [("platform", 1)]


def test_a_policy_file_takes_the_place_of_the_one_in_force(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    mute = {
        "checks": ["*"],
        "names": ["*"],
        "owner": "ana",
        "reason": "a trial",
        "expires": "2099-01-01T00:00:00Z",
    }
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"version": 1, "audit": {"mutes": [mute]}}), encoding="utf-8")

    found = document(capsys, "--check", "rotation.off", "--policy", str(policy))

    assert (found["counts"]["muted"], found["counts"]["new"]["MEDIUM"]) == (2, 0)


def test_two_audits_are_compared_and_a_part_with_its_own_kind_alone(capsys: pytest.CaptureFixture[str]) -> None:
    check = ("--check", "rotation.off")
    first = document(capsys, *check)
    assert about(first, "rotation.off") == [("prod/db", "new"), ("test/api", "new")]

    a_client("secretsmanager").delete_secret(SecretId="test/api", ForceDeleteWithoutRecovery=True)
    a_client("secretsmanager").create_secret(Name="prod/new", SecretString=VALUE)
    narrowed = document(capsys, *check, "--secret", "prod/*")
    second = document(capsys, *check)
    changes = document(capsys, *check, "--last", "--compare")

    assert about(narrowed, "rotation.off") == [("prod/db", "new"), ("prod/new", "new")]
    assert about(second, "rotation.off") == [("prod/db", "open"), ("prod/new", "new"), ("test/api", "fixed")]
    assert about(changes, "rotation.off") == [("prod/new", "new"), ("test/api", "fixed")]


def test_the_last_audit_is_written_again_without_looking(capsys: pytest.CaptureFixture[str]) -> None:
    first = document(capsys, "--practice", "rotation")
    a_client("secretsmanager").create_secret(Name="prod/new", SecretString=VALUE)

    again = document(capsys, "--practice", "7", "--last")

    assert again["audit"] == first["audit"]
    assert again["findings"] == first["findings"]


def test_without_an_audit_there_is_none_to_write_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "--last"]) == ExitCode.ERROR

    assert "no audit was finished here yet; nightlatch audit makes one" in capsys.readouterr().err


BEGINS = {
    "table": "Account ",
    "json": "{",
    "jsonl": '{"id"',
    "csv": "id,check",
    "yaml": "schema_version",
    "asff": '{"SchemaVersion"',
    "ocsf": '{"activity_id"',
    "sarif": '{"$schema"',
    "html": "<!doctype html>",
}


def test_each_form_is_the_same_on_stdout_and_in_a_file_for_ones_own_eyes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "report"
    assert run(["audit", "--check", "rotation.off", "--quiet"]) == ExitCode.CLEAN
    capsys.readouterr()

    for form, begins in BEGINS.items():
        last = ["audit", "--check", "rotation.off", "--last", "--output", form]
        assert run(last) == run([*last, "--out", str(out)]) == ExitCode.CLEAN

        written = capsys.readouterr()
        assert written.out == out.read_text(encoding="utf-8"), form
        assert written.out.startswith(begins)
        assert f"written to {out}" in written.err
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
    assert set(BEGINS) == set(AuditOutput)


def test_a_file_that_cannot_be_written_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code = run(["audit", "--check", "rotation.off", "--out", str(tmp_path / "no" / "report")])

    assert code == ExitCode.ERROR
    assert "cannot be written (no such file or directory)" in capsys.readouterr().err


def test_what_is_kept_is_for_its_owner_alone(capsys: pytest.CaptureFixture[str]) -> None:
    document(capsys, "--check", "rotation.off")

    (book,) = shelf().glob("*.sqlite")
    assert stat.S_IMODE(shelf().stat().st_mode) == 0o700
    assert stat.S_IMODE(book.stat().st_mode) == 0o600
    assert VALUE.encode() not in book.read_bytes()


def test_a_part_of_the_document_is_asked_for_as_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["audit", "--check", "rotation.off", "--query", "findings[].name | sort(@)"])

    assert (code, json.loads(capsys.readouterr().out)) == (ExitCode.CLEAN, ["prod/db", "test/api"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--output", "html", "--query", "findings"], "html is always whole"),
        (["--practice", "rotating"], "no practice is called 'rotating'"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", *arguments]) == ExitCode.USAGE

    assert says in capsys.readouterr().err


def test_a_check_that_does_not_exist_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "--check", "rotation.of"]) == ExitCode.ERROR

    assert "no check is called so" in capsys.readouterr().err


def test_a_stack_that_was_named_must_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "--stack", "other"]) == ExitCode.ERROR

    assert "there is no such stack here" in capsys.readouterr().err


class Stopped(BaseException):
    """Somebody ends the program."""


def test_a_report_that_is_stopped_leaves_the_one_before_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "report"
    out.write_text("the one before", encoding="utf-8")

    def halves(_report: object) -> Iterator[str]:
        yield "half of it"
        raise Stopped

    monkeypatch.setitem(writing.FORMS, "csv", halves)
    with pytest.raises(Stopped):
        run(["audit", "--check", "rotation.off", "--output", "csv", "--out", str(out)])

    assert out.read_text(encoding="utf-8") == "the one before"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["report", "state"]
