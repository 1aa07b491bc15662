"""An engineer takes the inventory and reads it; a hunt reads what `show` wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nightlatch.adapters.inventory.account import Pace
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.policy_file import parse_inventory
from own_records import FOLDER
from worlds import TABLE, a_client, a_table, on_moto

PLANTED = "no-value-is-ever-shown"
KEY_ALIAS = "alias/secrets"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give an account with a stack of ours and two secrets in it."""
    monkeypatch.setattr(Pace, "keep", lambda _pace: None)
    with on_moto(monkeypatch):
        a_table()
        stack = {
            "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "ours"}}},
            "Outputs": {"StateTableName": {"Value": TABLE}},
        }
        a_client("cloudformation").create_stack(StackName="nightlatch", TemplateBody=json.dumps(stack))
        key = a_client("kms").create_key()["KeyMetadata"]["KeyId"]
        a_client("kms").create_alias(AliasName=KEY_ALIAS, TargetKeyId=key)
        manager = a_client("secretsmanager")
        tags = [{"Key": "nightlatch:tier", "Value": "crown"}]
        manager.create_secret(Name="prod/db", SecretString=PLANTED, Tags=tags, KmsKeyId=KEY_ALIAS)
        manager.create_secret(Name="prod/api", SecretString=PLANTED)
        yield


@pytest.mark.usefixtures("account")
def test_it_can_be_taken_and_shown(capsys: pytest.CaptureFixture[str]):
    assert run(["inventory", "refresh"]) == ExitCode.CLEAN
    assert "secrets=2 gaps=0" in capsys.readouterr().err

    assert run(["inventory", "show"]) == ExitCode.CLEAN
    shown = capsys.readouterr()
    first, second = shown.out.splitlines()[1:]
    assert first.split()[:3] == ["prod/api", "AWS's", "own"]
    assert second.split()[:2] == ["prod/db", "crown"]
    assert "key/" in second
    assert PLANTED not in shown.out + shown.err


@pytest.mark.usefixtures("account")
def test_what_show_writes_is_an_inventory_for_a_hunt(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    run(["inventory", "refresh"])
    capsys.readouterr()

    assert run(["inventory", "show", "--output", "json"]) == ExitCode.CLEAN
    text = capsys.readouterr().out
    inventory = parse_inventory(json.loads(text))

    assert [one.secret.name for one in inventory.holdings.secrets] == ["prod/db", "prod/api"]
    assert inventory.is_own("https://sqs.eu-west-1.amazonaws.com/111122223333/ours")
    (tmp_path / "inventory.json").write_text(text)
    hunted = run(["hunt", str(FOLDER), "--inventory", str(tmp_path / "inventory.json"), "--output", "jsonl"])
    assert hunted in {ExitCode.CLEAN, ExitCode.PARTIAL}


@pytest.mark.usefixtures("account")
def test_before_the_first_inventory_the_next_step_is_said(capsys: pytest.CaptureFixture[str]):
    assert run(["inventory", "show"]) == ExitCode.ERROR

    assert "nightlatch inventory refresh" in capsys.readouterr().err


@pytest.mark.usefixtures("account")
def test_what_could_not_be_looked_at_makes_it_partial(capsys: pytest.CaptureFixture[str]):
    a_client("kms").delete_alias(AliasName=KEY_ALIAS)

    assert run(["inventory", "refresh"]) == ExitCode.PARTIAL
    assert "not looked at: the key behind alias/secrets: it does not exist" in capsys.readouterr().err
    assert run(["inventory", "show"]) == ExitCode.PARTIAL
