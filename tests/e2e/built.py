"""A built stack to test against: the folder that `sam build` fills, and a Python like Lambda's to run it on.

Both are made once per test run, whatever the number of workers, and both skip where the machine cannot make them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAMBDA_PYTHON = "python3.13"


@dataclass(frozen=True, slots=True)
class Build:
    """What `sam build` made."""

    folder: Path

    @property
    def template(self) -> Path:
        """The template whose CodeUri and ContentUri point into this folder."""
        return self.folder / "template.yaml"

    @property
    def layer(self) -> Path:
        """The layer's folder that Lambda puts on sys.path."""
        return self.folder / "CoreLayer" / "python"

    def function(self, logical_id: str) -> Path:
        """The code of one function."""
        return self.folder / logical_id


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build the checkout with the SAM CLI."""
    sam = _sam()
    _lambda_python()
    return Build(_once(_shared(tmp_path_factory) / "build", lambda folder: _build(sam, folder)))


@pytest.fixture(scope="session")
def lambda_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an interpreter of Lambda's version that has awslambdaric, as the runtime has."""
    python = _lambda_python()
    return _once(_shared(tmp_path_factory) / "runtime", lambda folder: _make_runtime(python, folder)) / "bin" / "python"


def _sam() -> Path:
    own = ROOT / ".tools" / "sam" / "bin" / "sam"
    found = own if own.exists() else shutil.which("sam")
    if found is None:
        pytest.skip("no SAM CLI: `make check` installs it")
    return Path(found)


def _lambda_python() -> Path:
    found = shutil.which(LAMBDA_PYTHON)
    # A version manager's shim may stand on PATH for a version that it will not run.
    if found is None or subprocess.run((found, "-c", ""), capture_output=True, check=False).returncode != 0:
        pytest.skip(f"no working {LAMBDA_PYTHON} on PATH, which `sam build` needs")
    return Path(found)


def _build(sam: Path, folder: Path) -> None:
    _run(
        (str(sam), "build", "--template-file", str(ROOT / "template.yaml"), "--build-dir", str(folder)),
        # The layer's Makefile takes any Python with pip; this one has it.
        environ={**os.environ, "PYTHON": sys.executable, "SAM_CLI_TELEMETRY": "0"},
        cwd=folder.parent,
    )


def _make_runtime(python: Path, folder: Path) -> None:
    _run((str(python), "-m", "venv", str(folder)))
    pip = (str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes")
    _run((*pip, "--requirement", str(ROOT / "requirements" / "runtime.txt")))


def _run(command: tuple[str, ...], environ: dict[str, str] | None = None, cwd: Path | None = None) -> None:
    done = subprocess.run(command, env=environ, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}", pytrace=False)


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def _once(folder: Path, make: Callable[[Path], None]) -> Path:
    done = folder.with_suffix(".done")
    with _locked(folder.with_suffix(".lock")):
        if not done.exists():
            make(folder)
            done.touch()
    return folder


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
