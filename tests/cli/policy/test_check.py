"""A policy file is checked offline: every mistake at once, with its place, and nothing of what was written repeated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from policies import ANA, EXEMPTION, TRIAL, a_policy, written


def test_a_good_policy_is_told_with_its_hash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, a_policy(approvers=[ANA], exemptions=[EXEMPTION], tests=[TRIAL]))

    assert run(["policy", "check", file, "--output", "json"]) == ExitCode.CLEAN

    told = json.loads(capsys.readouterr().out)
    assert (told["valid"], told["complaints"]) == (True, [])
    assert len(told["policy"]) == 12


def test_every_mistake_is_a_row_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, {"version": 2, "defualts": {}, "limits": {"acts_per_h": "many"}})

    assert run(["policy", "check", file, "--output", "json"]) == ExitCode.ERROR

    captured = capsys.readouterr()
    assert json.loads(captured.out)["complaints"] == [
        {"place": "version", "problem": "write 1"},
        {"place": "limits.acts_per_h", "problem": "write a whole number, without quotes"},
        {"place": None, "problem": "unknown key 'defualts'; did you mean 'defaults'?"},
    ]
    assert captured.err == (
        f"{file}: complaints=3; every key is in docs/configuration.md and in nightlatch policy schema\n"
    )


def test_what_is_no_yaml_is_one_mistake_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "version: 1\ndefaults: {mode: [}")

    assert run(["policy", "check", file]) == ExitCode.ERROR

    assert "the document is no YAML at line 2; correct it there" in capsys.readouterr().out


@pytest.mark.parametrize("verb", [["check"], ["test"], ["diff"], ["push"]])
def test_a_file_that_is_not_there_is_wrong_usage(
    verb: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["policy", *verb, str(tmp_path / "none.yaml")]) == ExitCode.USAGE

    assert "nightlatch policy" in capsys.readouterr().err


@pytest.mark.parametrize("document", [None, [], "text", 3, True])
def test_what_is_no_document_is_said_without_a_type_of_python(
    document: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["policy", "check", written(tmp_path, document)]) == ExitCode.ERROR

    said = capsys.readouterr().out
    assert "expected keys and values, found" in said
    assert not any(word in said for word in ("NoneType", "str", "int", "bool", "tuple"))
