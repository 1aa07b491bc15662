"""An account in which nightlatch is deployed, for the verbs that talk to one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.deployed import deploy
from worlds import on_moto


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Deploy nightlatch: its table, its policy, its brake, its queues; ben is an approver, and the caller is ben."""
    with on_moto(monkeypatch):
        deploy({"inventory": {"break_glass": ["*:role/break-*"]}})
        yield
