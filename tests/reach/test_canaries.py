"""Nothing in the trail says that nightlatch made a decoy: whoever may read it would know which secrets to avoid."""

from __future__ import annotations

import boto3
import pytest

from nightlatch.config import load_settings
from nightlatch.reach.connection import Connection
from worlds import REGION, on_moto


def test_a_decoy_is_made_by_a_client_that_bears_no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_moto(monkeypatch):
        connection = Connection(boto3.session.Session(region_name=REGION), None, load_settings({}))
        agents: list[str] = []
        for client in (connection.client("secretsmanager"), connection.unmarked_client("secretsmanager")):
            client.meta.events.register(
                "before-send.secretsmanager.*",
                lambda request, **_: agents.append(str(request.headers["User-Agent"])),
            )
            client.list_secrets()

    assert ["nightlatch" in agent for agent in agents] == [True, False]
