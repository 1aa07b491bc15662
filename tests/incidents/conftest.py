"""The incidents are played on moto as the stage corrects it: it refuses what AWS refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from incidents.loop import Loop
from nightlatch.local import fidelity
from worlds import on_moto


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loop]:
    """Give a closed loop: what nightlatch does comes back to it as events."""
    fidelity.install()
    with on_moto(monkeypatch):
        yield Loop()
    fidelity.uninstall()
