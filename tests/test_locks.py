"""A lock that no longer follows from pyproject.toml, or that pins less than everything, is found without a network."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYER = Path("layers", "core", "requirements.txt")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what the check reads."""
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / LAYER).parent.mkdir(parents=True)
    shutil.copy(ROOT / LAYER, tmp_path / LAYER)
    return tmp_path


def check(checkout: Path) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, str(checkout / "requirements" / "lock.py"), "check")
    return subprocess.run(command, capture_output=True, text=True, check=False)


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert re.search(before, text)
    file.write_text(re.sub(before, after, text, count=1), encoding="utf-8")


def test_the_locks_are_fresh() -> None:
    done = check(ROOT)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_requirement_that_changed_makes_every_lock_stale(checkout: Path) -> None:
    change(checkout / "pyproject.toml", r'"requests>=[\d.]+"', '"requests>=2.31"')

    done = check(checkout)

    assert done.returncode == 1
    assert "requirements/dev.txt was compiled from other requirements" in done.stderr
    assert "layers/core/requirements.txt was compiled from other requirements" in done.stderr


def test_a_lint_setting_that_changed_makes_none_stale(checkout: Path) -> None:
    change(checkout / "pyproject.toml", r"line-length = \d+", "line-length = 99")

    assert check(checkout).returncode == 0


def test_another_version_in_the_layer_than_in_the_tests_is_found(checkout: Path) -> None:
    change(checkout / LAYER, r"pydantic==[\d.]+", "pydantic==2.12.0")

    done = check(checkout)

    assert done.returncode == 1
    assert "layers/core/requirements.txt has pydantic 2.12.0; requirements/dev.txt tests " in done.stderr


def test_an_address_in_a_lock_is_found(checkout: Path) -> None:
    change(checkout / "requirements" / "sam.txt", r"\n", "\n--index-url https://packages.example.com/simple\n")

    done = check(checkout)

    assert done.returncode == 1
    assert "requirements/sam.txt: --index-url is not a package pinned by version and hash" in done.stderr


def test_a_pin_without_its_hash_is_found(checkout: Path) -> None:
    change(checkout / LAYER, r"(idna==[\d.]+) \\\n(    --hash=\S+( \\)?\n)+", r"\1\n")

    done = check(checkout)

    assert done.returncode == 1
    assert re.search(
        r"layers/core/requirements.txt: idna==\S+ is not a package pinned by version and hash", done.stderr
    )
