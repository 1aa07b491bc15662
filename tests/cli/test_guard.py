"""The policies for an organisation are printed without AWS, and never without a way out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from cli.deployed import RESPONDER, deploy
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.local import fidelity
from worlds import ACCOUNT, REGION, on_moto

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


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give Secrets Manager of an account whose guards keep their policies, and one secret that shall have one."""
    fidelity.install()  # moto alone validates no policy
    with on_moto(monkeypatch):
        client: Any = boto3.client("secretsmanager", region_name=REGION)
        client.create_secret(Name="prod/db", SecretString="planted")
        client.create_secret(Name="operators/db", SecretString="planted")
        guarding = {"mode": "protect", "protect": {"prevent": "force-delete"}}
        deploy(
            {
                "defaults": guarding,
                "secrets": [
                    {
                        "match": {"names": ["operators/*"]},
                        "mode": "protect",
                        "protect": {"prevent": "force-delete", "keep_policy": False},
                    }
                ],
                "inventory": {"break_glass": [f"arn:aws:iam::{ACCOUNT}:role/break-glass"]},
            }
        )
        yield client
    fidelity.uninstall()


def policy_of(manager: Any, name: str) -> str:
    return str(manager.get_resource_policy(SecretId=name).get("ResourcePolicy", ""))


@pytest.mark.parametrize("more", [["prod/db", "--yes"], ["prod/db", "--dry-run"], ["--all", "--yes"]])
def test_a_guard_that_would_shut_its_author_out_is_refused_beforehand_with_what_to_do(
    manager: Any, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["guard", "apply", "--direct", *more]) == ExitCode.REFUSED

    out, err = capsys.readouterr()
    assert not out
    assert "leave --direct out" in err
    assert "sign in as arn:aws:iam::111122223333:role/break-glass" in err
    assert not policy_of(manager, "prod/db")
    assert (
        not boto3.client("sqs", region_name=REGION)
        .receive_message(QueueUrl=boto3.client("sqs", region_name=REGION).get_queue_url(QueueName="alerts")["QueueUrl"])
        .get("Messages")
    )


def test_a_guard_that_leaves_the_policy_to_its_owner_is_put_in_directly(manager: Any) -> None:
    assert run(["guard", "apply", "operators/db", "--direct", "--yes"]) == ExitCode.CLEAN

    assert RESPONDER in policy_of(manager, "operators/db")
