"""The package that people install holds what its verbs open: pages of the console, the page of Slack, the template."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import nightlatch

ROOT = Path(__file__).resolve().parent.parent
DRAWN = (".html", ".css", ".js")


def test_the_wheel_holds_every_page_and_the_template(tmp_path: Path) -> None:
    build = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    package = Path(nightlatch.__file__).parent
    pages = {f"nightlatch/{file.relative_to(package)}" for file in package.rglob("*") if file.suffix in DRAWN}

    held = set(ZipFile(wheel).namelist())

    assert {"nightlatch/console/static/console.css", "nightlatch/console/templates/incident.html"} <= pages
    assert pages <= held
    assert "nightlatch/local/deployment/template.yaml" in held
