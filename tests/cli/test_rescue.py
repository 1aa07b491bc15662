"""A key is put back and replicas are made again by a person's word; the calls are shown first, and no others made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from cli.deployed import deploy
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from worlds import ACCOUNT, REGION, on_moto


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with on_moto(monkeypatch):
        client: Any = boto3.client("kms", region_name=REGION)
        client.protected = client.create_key()["KeyMetadata"]["Arn"]
        deploy({"inventory": {"protected_keys": [client.protected]}})
        yield client


def state(kms: Any, arn: str) -> str:
    return str(kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"])


def replicas(name: str = "prod/db") -> list[str]:
    found = boto3.client("secretsmanager", region_name=REGION).describe_secret(SecretId=name)
    return sorted(one["Region"] for one in found.get("ReplicationStatus", []))


def test_a_dry_run_prints_the_calls_for_a_key_and_makes_none(kms: Any, capsys: pytest.CaptureFixture[str]) -> None:
    kms.schedule_key_deletion(KeyId=kms.protected.rsplit("/", 1)[-1], PendingWindowInDays=7)

    assert run(["rescue-key", kms.protected, "--dry-run"]) == ExitCode.CLEAN

    said = capsys.readouterr().out
    identity = kms.protected.rsplit("/", 1)[-1]
    assert f"aws kms cancel-key-deletion --key-id {identity}" in said
    assert f"aws kms enable-key --key-id {identity}" in said
    assert state(kms, kms.protected) == "PendingDeletion"


def test_a_key_is_put_back(kms: Any, capsys: pytest.CaptureFixture[str]) -> None:
    kms.schedule_key_deletion(KeyId=kms.protected.rsplit("/", 1)[-1], PendingWindowInDays=7)

    assert run(["rescue-key", kms.protected, "--yes", "--direct"]) == ExitCode.CLEAN

    assert state(kms, kms.protected) == "Enabled"
    assert "is enabled" in capsys.readouterr().out
    assert run(["rescue-key", kms.protected, "--yes", "--direct"]) == ExitCode.CLEAN
    assert "none: it is so already" in capsys.readouterr().out


def test_a_key_that_no_secret_is_known_to_need_is_left_alone(kms: Any, capsys: pytest.CaptureFixture[str]) -> None:
    other = kms.create_key()["KeyMetadata"]["Arn"]
    kms.disable_key(KeyId=other.rsplit("/", 1)[-1])

    assert run(["rescue-key", other, "--yes", "--direct"]) == ExitCode.REFUSED

    assert "no secret is known to need key" in capsys.readouterr().err
    assert state(kms, other) == "Disabled"


def test_a_key_that_is_not_there_is_an_error(kms: Any) -> None:
    gone = f"{kms.protected.rsplit('/', 1)[0]}/1234abcd-12ab-34cd-56ef-1234567890ab"

    assert run(["rescue-key", gone, "--yes"]) == ExitCode.ERROR


@pytest.mark.parametrize("text", ["alias/orders", "1234abcd", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/orders"])
@pytest.mark.usefixtures("kms")
def test_what_is_no_keys_arn_is_a_usage_error(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rescue-key", text]) == ExitCode.USAGE
    assert "arn:aws:kms:REGION:ACCOUNT:key/ID" in capsys.readouterr().err


@pytest.mark.usefixtures("kms")
def test_replicas_are_shown_and_made_where_they_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    boto3.client("secretsmanager", region_name=REGION).create_secret(Name="prod/db", SecretString="planted")
    wish = ["replicate-again", "prod/db", "--to", "us-east-1"]

    assert run([*wish, "--dry-run"]) == ExitCode.CLEAN
    assert "aws secretsmanager replicate-secret-to-regions" in capsys.readouterr().out
    assert replicas() == []
    assert run([*wish, "--yes", "--direct"]) == ExitCode.CLEAN
    assert replicas() == ["us-east-1"]


@pytest.mark.usefixtures("kms")
def test_without_a_snapshot_that_shows_replicas_a_region_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    boto3.client("secretsmanager", region_name=REGION).create_secret(Name="prod/db", SecretString="planted")

    assert run(["replicate-again", "prod/db", "--yes"]) == ExitCode.REFUSED
    assert "no snapshot shows a replica of it" in capsys.readouterr().err
    assert run(["replicate-again", "prod/db", "--to", "Ireland"]) == ExitCode.USAGE
