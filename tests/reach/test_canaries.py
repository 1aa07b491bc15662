"""Nothing in the trail says that nightlatch made a decoy: whoever may read it would know which secrets to avoid."""

from __future__ import annotations

import boto3
import pytest

from fakes_canaries import a_decoy
from nightlatch.adapters.ledger.decoys import DynamoDecoys
from nightlatch.config import load_settings
from nightlatch.domain.history.examples import AT
from nightlatch.reach.canaries import decoy_names
from nightlatch.reach.connection import Connection
from worlds import REGION, TABLE, a_table, on_moto


def test_a_decoy_is_made_by_a_client_that_bears_no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_moto(monkeypatch):
        connection = Connection(boto3.session.Session(region_name=REGION), None, load_settings({}))
        agents: list[str] = []
        for client in (connection.client("secretsmanager"), connection.client("secretsmanager", marked=False)):
            client.meta.events.register(
                "before-send.secretsmanager.*",
                lambda request, **_: agents.append(str(request.headers["User-Agent"])),
            )
            client.list_secrets()

    assert ["nightlatch" in agent for agent in agents] == [True, False]


def test_an_audit_of_ones_own_leaves_decoys_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_moto(monkeypatch):
        table, _ = a_table()
        registry = DynamoDecoys(table)
        registry.keep(a_decoy("prod/stands"))
        registry.keep(a_decoy("prod/gone", leaves_at=AT))
        settings = load_settings({"NIGHTLATCH_RESPONSE_TABLE": TABLE})

        assert decoy_names(Connection(boto3.session.Session(region_name=REGION), None, settings)) == {"prod/stands"}
        assert decoy_names(Connection(boto3.session.Session(region_name=REGION), None, load_settings({}))) == set()
