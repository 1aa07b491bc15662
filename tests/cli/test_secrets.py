"""The verbs about one secret tell from logs, plan before they act, and refuse what cannot be meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from own_records import FOLDER


def test_a_timeline_from_logs_names_who_did_what_reads_included(capsys: pytest.CaptureFixture[str]):
    assert run(["timeline", "prod/db", str(FOLDER), "--output", "json"]) in {ExitCode.CLEAN, ExitCode.PARTIAL}

    lines = json.loads(capsys.readouterr().out)
    assert lines == sorted(lines, key=lambda line: (line["at"], line["event_id"]))
    assert {"GetSecretValue", "DeleteSecret"} <= {line["what"] for line in lines}
    assert all(set(line) == {"at", "who", "what", "result", "note", "event_id"} for line in lines)


@pytest.mark.parametrize(
    "arn", ["arn:aws:s3:::bucket", "arn:aws:secretsmanager:eu-west-1:111122223333:prod/db", "arn:"]
)
@pytest.mark.parametrize(
    "verb", [["timeline"], ["snapshots", "list"], ["diff"], ["rollback"], ["restore"], ["references"]]
)
def test_an_arn_of_something_else_is_a_usage_error(verb: list[str], arn: str, capsys: pytest.CaptureFixture[str]):
    assert run([*verb, arn]) == ExitCode.USAGE

    assert "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX" in capsys.readouterr().err


@pytest.mark.parametrize(
    "verb",
    [
        ["timeline", "x"],
        ["snapshots", "list", "x"],
        ["snapshots", "show", "x", "latest"],
        ["snapshots", "verify"],
        ["diff", "x"],
        ["rollback", "x"],
        ["restore", "x"],
        ["references", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"],
        ["approve", "r-1"],
        ["contain", "role/app"],
        ["inventory", "show"],
        ["inventory", "refresh"],
    ],
)
def test_without_a_stage_local_says_how_to_start_one(
    verb: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    assert run([*verb, "--local"]) == ExitCode.ERROR

    assert "nightlatch up" in capsys.readouterr().err


def test_without_credentials_the_next_step_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    assert run(["rollback", "prod/db", "--dry-run"]) == ExitCode.ERROR

    said = capsys.readouterr().err
    assert "Unable to locate credentials" in said
    assert "sign in first" in said
    assert said.count("\n") == 1


def test_only_a_full_arn_can_be_the_old_one(capsys: pytest.CaptureFixture[str]):
    assert run(["references", "prod/db"]) == ExitCode.REFUSED

    assert "not the full ARN of a secret" in capsys.readouterr().err
