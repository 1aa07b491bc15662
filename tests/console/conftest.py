"""A browser before the door of a console that reaches nothing, and one inside the console of a nightlatch on moto."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from cli.deployed import deploy
from console.visitor import Visitor, a_visitor
from nightlatch.config import load_settings
from nightlatch.domain.history.examples import a_person
from nightlatch.reach.connection import Connection
from nightlatch.reach.where import Where, connect
from worlds import on_moto


@pytest.fixture
def stranger() -> Visitor:
    """A browser before the door; behind it no AWS is asked."""
    nowhere = Connection(boto3.session.Session(region_name="eu-west-1"), "http://127.0.0.1:9", load_settings({}))
    return a_visitor(nowhere, a_person("ben"))


@pytest.fixture
def visitor(stranger: Visitor) -> Visitor:
    """The browser that brought the link."""
    assert stranger.come_in().status_code == 303
    return stranger


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    """A browser inside the console of a deployed nightlatch; whoever runs it is the approver ben."""
    with on_moto(monkeypatch):
        deploy({"defaults": {"mode": "notify"}})
        connection = connect(Where())
        found = a_visitor(connection, connection.caller())
        found.come_in()
        yield found
