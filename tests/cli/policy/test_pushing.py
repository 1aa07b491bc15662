"""Nothing comes into force that is wrong, fails its own tests or was not looked at; what was can be put back."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from cli.deployed import deploy
from nightlatch.adapters.policy_parameter import LARGEST, STANDARD
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.policy_file import parse_policy, parse_stored_policy
from policies import ANA, EXEMPTION, TRIAL, a_policy, written
from worlds import a_client, on_moto

WANTED = a_policy(defaults={"mode": "notify"}, approvers=[ANA], exemptions=[EXEMPTION], tests=[TRIAL])
DIGEST = parse_policy(WANTED).to_domain().digest


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Any:
    with on_moto(monkeypatch):
        deploy({})
        yield a_client("ssm")


def stored(ssm: Any) -> tuple[str, int]:
    found = ssm.get_parameter(Name="/policy")["Parameter"]
    return found["Value"], found["Version"]


def test_a_push_shows_what_changes_stores_it_without_tests_and_says_the_way_back(
    ssm: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["policy", "push", written(tmp_path, WANTED), "--yes"]) == ExitCode.CLEAN

    text, version = stored(ssm)
    told = capsys.readouterr()
    assert parse_stored_policy(text, where="p").to_domain().digest == DIGEST
    assert "tests" not in json.loads(text)
    assert "silenced: DEL-01 by " in told.out
    assert f"policy {DIGEST} is in force as version {version} of /policy" in told.out
    assert "to undo: nightlatch policy show --version 1 --output json > before.json" in told.err


def test_the_way_back_puts_the_policy_before_in_force(
    ssm: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = parse_stored_policy(stored(ssm)[0], where="p").to_domain().digest
    run(["policy", "push", written(tmp_path, WANTED), "--yes"])
    capsys.readouterr()

    assert run(["policy", "show", "--version", "1", "--output", "json"]) == ExitCode.CLEAN
    file = written(tmp_path, capsys.readouterr().out, "before.json")
    assert run(["policy", "push", file, "--yes"]) == ExitCode.CLEAN

    assert parse_stored_policy(stored(ssm)[0], where="p").to_domain().digest == before


@pytest.mark.parametrize(
    ("document", "code", "said"),
    [
        (a_policy(defualts={}), ExitCode.ERROR, "did you mean 'defaults'"),
        (a_policy(defaults={"mode": "notify"}, tests=[TRIAL]), ExitCode.REFUSED, "1 of 1 tests in "),
        (
            a_policy(secrets=[{"match": {"names": [f"prod/{'x' * 90}/{n}" for n in range(100)]}, "mode": "notify"}]),
            ExitCode.REFUSED,
            f"and a parameter holds {LARGEST}",
        ),
    ],
)
def test_a_bad_policy_is_refused_and_the_one_in_force_stays(  # noqa: PLR0917 - fixtures and examples
    ssm: Any, document: Any, code: ExitCode, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = stored(ssm)

    assert run(["policy", "push", written(tmp_path, document), "--yes"]) == code

    assert said in capsys.readouterr().err
    assert stored(ssm) == before


def test_a_large_policy_makes_an_advanced_parameter_and_says_so_before(
    ssm: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"prod/{'x' * 90}/{number}" for number in range(60)]
    file = written(tmp_path, a_policy(secrets=[{"match": {"names": names}, "mode": "notify"}]))

    assert run(["policy", "push", file, "--dry-run"]) == ExitCode.CLEAN
    assert f"more than {STANDARD} bytes make it an advanced parameter" in capsys.readouterr().err
    assert stored(ssm)[1] == 1

    assert run(["policy", "push", file, "--yes"]) == ExitCode.CLEAN
    assert stored(ssm)[1] == 2


def test_nobody_there_to_ask_is_refused_and_a_no_changes_nothing(
    ssm: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, WANTED)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert run(["policy", "push", file]) == ExitCode.REFUSED

    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert run(["policy", "push", file]) == ExitCode.CLEAN

    assert stored(ssm)[1] == 1


def test_what_is_in_force_already_is_not_stored_again(
    ssm: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, WANTED)
    run(["policy", "push", file, "--yes"])
    capsys.readouterr()

    assert run(["policy", "push", file, "--yes"]) == ExitCode.CLEAN

    assert capsys.readouterr().out == f"policy {DIGEST} is in force already, as version 2\n"
    assert stored(ssm)[1] == 2


def test_over_a_broken_policy_a_good_one_can_be_pushed(
    ssm: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ssm.put_parameter(Name="/policy", Value="{broken", Type="String", Overwrite=True)

    assert run(["policy", "show"]) == ExitCode.ERROR
    assert run(["policy", "diff", written(tmp_path, WANTED)]) == ExitCode.ERROR
    assert "what is in force is no policy" in capsys.readouterr().err
    assert run(["policy", "push", written(tmp_path, WANTED), "--yes"]) == ExitCode.CLEAN

    assert parse_stored_policy(stored(ssm)[0], where="p").to_domain().digest == DIGEST


def test_a_difference_is_shown_in_each_form_without_a_change(
    ssm: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, WANTED)

    assert run(["policy", "diff", file, "--output", "json"]) == ExitCode.CLEAN

    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document["after"] == DIGEST
    assert {"part", "change", "grave"} == set(document["changes"][0])
    assert captured.err.startswith("version 1 of /policy: ")
    assert run(["policy", "diff", file, "--against", file]) == ExitCode.CLEAN
    assert capsys.readouterr().out == "nothing changes\n"
    assert stored(ssm)[1] == 1


@pytest.mark.usefixtures("ssm")
def test_what_is_shown_can_be_edited_and_pushed_in_either_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["policy", "push", written(tmp_path, WANTED), "--yes"])
    for form in ("json", "yaml"):
        capsys.readouterr()
        assert run(["policy", "show", "--output", form]) == ExitCode.CLEAN
        captured = capsys.readouterr()

        assert run(["policy", "check", written(tmp_path, captured.out, f"again.{form}"), "--query", "policy"]) == 0
        assert json.loads(capsys.readouterr().out) == DIGEST
        assert captured.err == f"policy {DIGEST}: version 2 of /policy\n"


@pytest.mark.usefixtures("ssm")
def test_a_version_that_never_was_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "show", "--version", "77"]) == ExitCode.ERROR

    assert "there is no parameter /policy:77" in capsys.readouterr().err
