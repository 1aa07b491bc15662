"""A scene uses the `aws` command where one runs, and does without where it is missing or only seems to be there."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightlatch.local.scenes.command_line import that_runs


def a_command(folder: Path, exit_code: int) -> Path:
    command = folder / "aws"
    command.write_text(f"#!/bin/sh\nexit {exit_code}\n", encoding="utf-8")
    command.chmod(0o755)
    return command


@pytest.mark.parametrize(("exit_code", "is_used"), [(0, True), (127, False)])
def test_a_shim_that_refuses_to_run_counts_as_missing(tmp_path, monkeypatch, exit_code, is_used):
    command = a_command(tmp_path, exit_code)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert that_runs("aws") == (str(command) if is_used else None)


def test_what_is_not_there_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert that_runs("aws") is None
