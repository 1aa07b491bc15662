"""The first files of an operator observe and nothing else, hold what was given, and never replace one that is there."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
import yaml

from functions.transformed import source
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.domain.answering.policy import Mode
from nightlatch.policy_file import parse_policy

FILES = {"policy.yaml", "policy.schema.json", "samconfig.toml"}


def test_the_first_policy_observes_and_passes_its_own_test(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "new")]) == ExitCode.CLEAN

    assert {file.name for file in (tmp_path / "new").iterdir()} == FILES
    file = tmp_path / "new" / "policy.yaml"
    assert parse_policy(yaml.safe_load(file.read_text())).to_domain().default.mode is Mode.OBSERVE
    assert "nightlatch policy check" in capsys.readouterr().err
    assert run(["policy", "test", str(file)]) == ExitCode.CLEAN
    first, *_ = file.read_text().splitlines()
    assert (tmp_path / "new" / first.partition("$schema=")[2]).exists()


def test_what_is_given_stands_in_them(tmp_path: Path) -> None:
    glass = "arn:aws:iam::*:role/BreakGlass"
    given = ["--approver", "U01ANA2BC=ana", "--break-glass", glass, "--stack", "watch", "--email", "a@example.com"]

    assert run(["init", str(tmp_path), *given]) == ExitCode.CLEAN

    policy = parse_policy(yaml.safe_load((tmp_path / "policy.yaml").read_text()))
    assert [(one.slack, one.name) for one in policy.approvers] == [("U01ANA2BC", "ana")]
    assert policy.inventory.break_glass == {glass}
    config = tomllib.loads((tmp_path / "samconfig.toml").read_text())
    assert {config[name]["global"]["parameters"]["stack_name"] for name in ("default", "prod")} == {"watch"}
    assert config["default"]["deploy"]["parameters"]["parameter_overrides"] == [
        "Mode=observe",
        "AlertEmail=a@example.com",
    ]


def test_every_override_is_a_parameter_of_the_template(tmp_path: Path) -> None:
    run(["init", str(tmp_path), "--email", "a@example.com"])

    config = tomllib.loads((tmp_path / "samconfig.toml").read_text())
    named = {
        one.partition("=")[0]
        for environment in ("default", "prod")
        for one in config[environment]["deploy"]["parameters"]["parameter_overrides"]
    }
    assert named <= set(source()["Parameters"])


def test_a_hostile_text_stays_one_text(tmp_path: Path) -> None:
    name = 'a"}\nmode: protect #'

    assert run(["init", str(tmp_path), "--approver", f"U01ANA2BC={name}", "--stack", 'x"]\ny = 1']) == ExitCode.CLEAN

    assert parse_policy(yaml.safe_load((tmp_path / "policy.yaml").read_text())).approvers[0].name == name
    assert set(tomllib.loads((tmp_path / "samconfig.toml").read_text())) == {"version", "default", "prod"}


@pytest.mark.parametrize("there", sorted(FILES))
def test_what_is_there_is_not_overwritten(there: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / there).write_text("mine")

    assert run(["init", str(tmp_path)]) == ExitCode.REFUSED

    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {there: "mine"}
    assert f"{there} in {tmp_path} would be overwritten" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "code"), [("ana", ExitCode.USAGE), ("U01ANA2BC=", ExitCode.USAGE), ("ana=ana", ExitCode.ERROR)]
)
def test_an_approver_that_is_none_writes_nothing(given: str, code: ExitCode, tmp_path: Path) -> None:
    assert run(["init", str(tmp_path), "--approver", given]) == code

    assert json.dumps([file.name for file in tmp_path.iterdir()]) == "[]"
