"""Acts are played on moto as the stage corrects it: it validates policies, and refuses what AWS refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nightlatch.local import fidelity


@pytest.fixture(autouse=True)
def corrected_moto() -> Iterator[None]:
    """Correct moto for the length of a test, and give its own behaviour back to the next."""
    fidelity.install()
    yield
    fidelity.uninstall()
