"""What every test needs: no AWS settings of this machine, skips that count in CI, properties without a deadline."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("without-deadline", deadline=None)  # a loaded machine is no error
settings.load_profile("without-deadline")

pytest_plugins = ["no_skips"]


@pytest.fixture(autouse=True)
def _no_real_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test away from a real account: settings of this machine are gone, the keys are made up."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
