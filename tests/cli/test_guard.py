"""The policies for an organisation are printed without AWS, and never without a way out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nightlatch.cli.exit_codes import ExitCode
from nightlatch.cli.main import run

BREAK_GLASS = "arn:aws:iam::*:role/BreakGlassSecrets"


@pytest.mark.parametrize("kind", ["scp", "rcp"])
def test_an_organisation_policy_is_json_on_stdout_and_advice_on_stderr(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["guard", kind, "--break-glass", BREAK_GLASS, "--min-window-days", "30"]) == ExitCode.CLEAN

    out, err = capsys.readouterr()
    found = {one["Sid"]: one for one in json.loads(out)["Statement"]}
    assert found["NightlatchWindow"]["Condition"]["NumericLessThan"] == {"secretsmanager:RecoveryWindowInDays": "30"}
    assert BREAK_GLASS in found["NightlatchNoForceDelete"]["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    assert f"{len(out) - 1} of 5120 characters" in err


def test_break_glass_comes_from_the_policy_file_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(f'version: 1\ninventory:\n  break_glass: ["{BREAK_GLASS}"]\n', "utf-8")

    own = "arn:aws:iam::*:role/watch-ResponderRole-*"
    assert run(["guard", "rcp", "--policy", str(policy), "--own-role", own, "--pretty"]) == ExitCode.CLEAN

    out = capsys.readouterr().out
    pins = next(one for one in json.loads(out)["Statement"] if one["Sid"] == "NightlatchKeepPins")
    assert pins["Condition"]["ArnNotLike"] == {"aws:PrincipalArn": [own]}
    assert out.startswith("{\n")


def test_without_a_way_out_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["guard", "scp"]) == ExitCode.REFUSED

    out, err = capsys.readouterr()
    assert not out
    assert "name a role for emergencies" in err
    assert "--break-glass" in err
