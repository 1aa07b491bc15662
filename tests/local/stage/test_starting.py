"""A stage that cannot start leaves nothing running."""

from __future__ import annotations

import subprocess
import sys

import pytest

from local.stage.conftest import SMALL
from nightlatch.local import stage as staging
from nightlatch.local.running import processes
from nightlatch.local.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stage-starting")]


def test_what_was_started_ends_where_a_later_part_fails(monkeypatch):
    started = []

    class Noted(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            started.append(self)

    def fail(*_arguments, **_options):
        raise RuntimeError("no lane today")

    monkeypatch.setattr(processes.subprocess, "Popen", Noted)
    monkeypatch.setattr(staging, "Lanes", fail)

    with pytest.raises(RuntimeError, match="no lane today"), Stage(SMALL):
        pass

    assert started or sys.platform != "linux"  # elsewhere a process starts with its function
    assert [process.poll() is not None for process in started] == [True] * len(started)
