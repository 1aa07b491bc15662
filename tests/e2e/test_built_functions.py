"""What `sam build` made runs in Lambda's own Python and undoes a deletion from end to end."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from e2e.built import Build
from e2e.watched import Watched
from nightlatch.local.running.function_variables import Interpreter
from nightlatch.local.scenes.company import LEGACY_SECRET
from nightlatch.local.scenes.scenes import deletion, title_of
from nightlatch.local.scenes.timeline import Timeline

pytestmark = [pytest.mark.e2e, pytest.mark.sam, pytest.mark.xdist_group("built")]


@pytest.fixture(scope="module")
def deployed(built: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the build to run: Python leaves its compiled files there, and other tests look at the build."""
    return Path(shutil.copytree(built.folder, tmp_path_factory.mktemp("deployed") / "build"))


@pytest.fixture(scope="module")
def stage_template(deployed: Path) -> Path:
    """Deploy the built template, whose functions and layer lie beside it."""
    return deployed / "template.yaml"


@pytest.fixture(scope="module")
def interpreter(lambda_python: Path) -> Interpreter:
    """Run the handlers as Lambda does: only awslambdaric beside what they brought along."""
    return Interpreter(python=lambda_python)


def test_the_interpreter_is_lambdas_and_brings_nothing_of_ours(lambda_python: Path) -> None:
    asked = "import sys; print(sys.version_info[:2]); import awslambdaric"
    missing = "import boto3"

    said = subprocess.run((str(lambda_python), "-c", asked), capture_output=True, text=True, check=True).stdout
    without = subprocess.run((str(lambda_python), "-c", missing), capture_output=True, text=True, check=False)

    assert said.strip() == "(3, 13)"
    assert "ModuleNotFoundError" in without.stderr


def test_every_function_and_the_layer_come_from_the_build(watched: Watched, deployed: Path) -> None:
    functions = watched.theatre.stage.stack.functions.values()

    assert len(functions) == 8
    for function in functions:
        assert function.code.is_relative_to(deployed)
        assert [layer.is_relative_to(deployed) for layer in function.layers] == [True]


def test_a_deletion_is_seen_undone_and_told_by_the_built_handlers(watched: Watched) -> None:
    timeline = Timeline("deletion", lambda _line: None)

    deletion(watched.theatre, timeline)
    watched.settle()

    # A reader that was refused meanwhile is told in a message of its own.
    [message] = [one for one in watched.messages(LEGACY_SECRET) if "scheduled" in one["text"]]
    assert title_of(message).startswith("✅")
    assert len(watched.told("RestoreSecret", LEGACY_SECRET)) == 1
    assert watched.failures() == []
    services = {json.loads(line).get("service") for _, line in watched.lines if line.startswith("{")}
    assert {"detector-changes", "responder", "notifier"} <= services
