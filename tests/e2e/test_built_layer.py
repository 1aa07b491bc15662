"""The layer that Lambda gets holds the pinned packages and what functions run, and nothing else."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from e2e.built import ROOT, Build

pytestmark = [pytest.mark.e2e, pytest.mark.sam]

X86_64, ARM64 = "x86_64-linux-gnu.so", "aarch64-linux-gnu.so"


def test_the_layer_leaves_the_command_line_the_console_and_the_stage_out(built: Build) -> None:
    rooms = {path.name for path in (built.layer / "nightlatch").iterdir() if path.is_dir()}

    assert {"domain", "detections", "service", "adapters"} <= rooms
    assert not rooms & {"cli", "console", "local", "reach", "__pycache__"}
    assert (built.layer / "nightlatch" / "py.typed").exists()


def test_the_layer_holds_exactly_the_pinned_packages(built: Build) -> None:
    lock = (ROOT / "layers" / "core" / "requirements.txt").read_text(encoding="utf-8")
    pinned = {(name.lower(), version) for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", lock, re.MULTILINE)}

    installed = {
        (name.replace("_", "-").lower(), version)
        for name, version in (
            path.name.removesuffix(".dist-info").split("-") for path in built.layer.glob("*.dist-info")
        )
    }

    assert installed == pinned
    assert not {name for name, _ in installed} & {"moto", "typer", "rich", "flask", "pyyaml", "aws-sam-translator"}


def test_every_compiled_module_is_there_for_both_architectures(built: Build) -> None:
    compiled = {str(path.relative_to(built.layer)) for path in built.layer.rglob("*.so")}

    for_x86_64 = {name.removesuffix(X86_64) for name in compiled if name.endswith(X86_64)}
    for_arm64 = {name.removesuffix(ARM64) for name in compiled if name.endswith(ARM64)}

    assert len(for_x86_64) > 0
    assert for_x86_64 == for_arm64
    assert len(compiled) == 2 * len(for_x86_64)


def test_the_layer_alone_can_be_imported_by_lambdas_python(built: Build, lambda_python: Path) -> None:
    ours = "nightlatch.wiring, nightlatch.adapters.vault.sealing"  # the second loads what is compiled for the vault
    names = f"{ours}, pydantic, boto3, requests, aws_lambda_powertools, awslambdaric"

    done = subprocess.run(
        (str(lambda_python), "-c", f"import {names}; print(nightlatch.__file__)"),
        env={"PYTHONPATH": str(built.layer), "PYTHONDONTWRITEBYTECODE": "1"},  # other tests look at the build
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(built.layer))


@pytest.mark.parametrize(
    "logical_id", ["DetectorChanges", "DetectorReads", "Auditor", "Keeper", "Notifier", "Responder", "Interactions"]
)
def test_each_function_was_built_with_its_handler(built: Build, logical_id: str) -> None:
    assert "def handler(" in (built.function(logical_id) / "app.py").read_text(encoding="utf-8")
