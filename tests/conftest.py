"""What every test needs: no AWS settings of this machine, skips that count in CI, properties without a deadline.

And models of AWS's services that are read once: each session of boto3 reads them anew, a twelfth of a second, and tests
make thousands.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

import botocore.session
import pytest
from hypothesis import settings

settings.register_profile("without-deadline", deadline=None)  # a loaded machine is no error
settings.load_profile("without-deadline")

pytest_plugins = ["no_skips"]


@pytest.fixture(scope="session", autouse=True)
def _models_read_once() -> Iterator[None]:
    """Share one reader of models among all sessions of this process."""
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield


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
