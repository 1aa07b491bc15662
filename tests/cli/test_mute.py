"""What is muted has an owner, a reason and an end, and comes into force only when somebody says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from cli.deployed import deploy
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.policy_file import parse_policy, parse_stored_policy
from policies import EXEMPTION
from worlds import a_client, on_moto

MUTE = ["mute", "DEL-01", "--secrets", "ci-tmp/", "--owner", "platform", "--reason", "nightly", "--for", "30d"]


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with on_moto(monkeypatch):
        deploy({"exemptions": [EXEMPTION]})
        yield a_client("ssm")


def in_force(ssm: Any) -> Any:
    return parse_stored_policy(ssm.get_parameter(Name="/policy")["Parameter"]["Value"], where="p")


def test_without_a_push_it_is_an_entry_for_the_file_and_offline(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(MUTE) == ExitCode.CLEAN

    captured = capsys.readouterr()
    (exemption,) = parse_policy({"version": 1, **yaml.safe_load(captured.out)}).exemptions
    assert (exemption.rule, exemption.secrets, exemption.owner) == ("DEL-01", "ci-tmp/", "platform")
    left = exemption.expires - datetime.now(UTC)
    assert timedelta(days=29) < left <= timedelta(days=30)
    assert captured.err.startswith("not in force: ")


def test_pushed_it_stands_beside_what_was_exempted_before(ssm: Any, capsys: pytest.CaptureFixture[str]) -> None:
    principal = "arn:aws:iam::111122223333:role/scan-*"

    assert run([*MUTE, "--principal", principal, "--push", "--yes"]) == ExitCode.CLEAN

    old, new = in_force(ssm).exemptions
    assert (old.principal, new.principal) == (EXEMPTION["principal"], principal)
    captured = capsys.readouterr()
    assert f"silenced: DEL-01 by {principal} on secrets ci-tmp/* until " in captured.out
    assert "put it into your policy file, too" in captured.err


def test_a_dry_run_shows_what_would_be_silenced_and_changes_nothing(
    ssm: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*MUTE, "--push", "--dry-run"]) == ExitCode.CLEAN

    assert "silenced: DEL-01 by anybody" in capsys.readouterr().out
    assert len(in_force(ssm).exemptions) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["mute", "DEL-99", *MUTE[2:]], ExitCode.ERROR, "no rule has this id; did you mean 'DEL-0"),
        (["mute", "DEL-02", *MUTE[4:]], ExitCode.ERROR, "exempted by name prefix alone"),
        (MUTE[:-2], ExitCode.USAGE, "--for"),
        ([*MUTE[:-1], "long"], ExitCode.USAGE, "write 90m, 2h or 3d"),
    ],
)
def test_what_cannot_be_muted_is_said(
    arguments: list[str], code: ExitCode, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == code

    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_over_a_policy_that_is_none_nothing_is_put(ssm: Any, capsys: pytest.CaptureFixture[str]) -> None:
    ssm.put_parameter(Name="/policy", Value=json.dumps({"version": 2}), Type="String", Overwrite=True)

    assert run([*MUTE, "--push", "--yes"]) == ExitCode.ERROR

    assert "what is in force is no policy" in capsys.readouterr().err


AUDIT = [
    "mute",
    "rotation.off",
    "--audit",
    "--secrets",
    "ci-tmp/",
    "--owner",
    "platform",
    "--reason",
    "n",
    "--for",
    "30d",
]


def test_a_check_is_muted_for_audits(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(AUDIT) == ExitCode.CLEAN

    policy = parse_policy({"version": 1, **yaml.safe_load(capsys.readouterr().out)}).to_domain()
    (mute,) = policy.audit.mutes
    assert (mute.checks, mute.names, mute.owner) == (("rotation.off",), ("ci-tmp/*",), "platform")
    assert policy.exemptions == ()


def test_a_pushed_mute_stands_in_the_policy_in_force(ssm: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for check in ("rotation.off", "tags.*"):
        assert run([AUDIT[0], check, *AUDIT[2:], "--push", "--yes"]) == ExitCode.CLEAN

    policy = in_force(ssm).to_domain()
    assert [mute.checks for mute in policy.audit.mutes] == [("rotation.off",), ("tags.*",)]
    assert len(policy.exemptions) == 1
    assert "put it into your policy file, too" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([*AUDIT, "--principal", "arn:aws:iam::111122223333:role/x"], ExitCode.USAGE, "a check is nobody's doing"),
        ([AUDIT[0], "rotation.of", *AUDIT[2:]], ExitCode.ERROR, "did you mean 'rotation.off'?"),
    ],
)
def test_a_mute_that_hides_nothing_is_refused(
    arguments: list[str], code: ExitCode, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == code

    assert says in capsys.readouterr().err
