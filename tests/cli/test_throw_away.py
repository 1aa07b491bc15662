"""The throw-away secret of live fire is destroyed whatever state it is in, and its command destroys it, too."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from nightlatch.cli.acts.throw_away import ThrowAway
from nightlatch.config import load_settings
from nightlatch.reach.connection import Connection
from worlds import REGION, on_moto

NAME = "nightlatch-live-fire/0a1b2c3d"


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with on_moto(monkeypatch):
        yield boto3.client("secretsmanager", region_name=REGION)


def a_target(name: str = NAME) -> ThrowAway:
    connection = Connection(boto3.session.Session(region_name=REGION), None, load_settings({}))
    return ThrowAway(connection, name, options=" --profile ana")


def test_it_goes_whether_its_deletion_is_scheduled_or_not(secrets: Any) -> None:
    for is_scheduled in (False, True):
        target = a_target(f"{NAME}-{is_scheduled}")
        target.make()
        target.read()
        target.change()
        if is_scheduled:
            target.schedule()
        assert target.is_there()

        target.destroy()
        target.destroy()

        assert not target.is_there()
    assert secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"] == []


def test_one_that_was_brought_back_under_another_arn_is_there(secrets: Any) -> None:
    target = a_target()
    target.make()
    target.destroy()

    secrets.create_secret(Name=NAME, SecretString="back")

    assert target.is_there()


def test_the_command_destroys_it_where_it_is() -> None:
    words = shlex.split(a_target("odd name/1").command)

    assert words[:3] == ["aws", "secretsmanager", "delete-secret"]
    assert words[words.index("--secret-id") + 1] == "odd name/1"
    assert "--force-delete-without-recovery" in words
    assert words[-4:] == ["--region", REGION, "--profile", "ana"]
