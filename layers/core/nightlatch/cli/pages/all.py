"""Every page that is made from the code, by its place in `docs/`; a test fails when one there is another."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from nightlatch.checks import CHECKS
from nightlatch.cli.pages.check_page import check_page
from nightlatch.cli.pages.command_page import command_page
from nightlatch.cli.pages.correction_page import correction_page
from nightlatch.cli.pages.runbook_page import file_name, index, runbook
from nightlatch.cli.pages.sigma_page import sigma_page
from nightlatch.cli.policy.schema import SCHEMA_FILE, schema_text
from nightlatch.cli.sigma import PARTS
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.detections import CATALOGUE
from nightlatch.domain.errors import Unreadable
from nightlatch.local.fidelity import CORRECTIONS


def pages(root: Any) -> dict[str, str]:
    """Make every page of a command line, its catalogue and its stage."""
    return {
        "cli.md": command_page(root),
        SCHEMA_FILE: schema_text(),
        "local-stage-corrections.md": correction_page(CORRECTIONS),
        "checks.md": check_page(CHECKS),
        "sigma.md": sigma_page(PARTS, CATALOGUE),
        "runbooks/README.md": index(CATALOGUE),
        **{f"runbooks/{file_name(rule)}": runbook(rule) for rule in CATALOGUE},
    }


def write(folder: Path, root: Any) -> ExitCode:
    """Write every page below a folder.

    Raises:
        Unreadable: A page could not be written there.
    """
    made = pages(root)
    for place, text in made.items():
        page = folder / place
        try:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
        except OSError as error:
            raise Unreadable(f"{page}: {(error.strerror or 'cannot be written').lower()}") from error
    sys.stdout.write(f"{len(made)} pages written below {folder}\n")
    return ExitCode.CLEAN
