"""`nightlatch docs`: writes the pages of the documentation that are made from the code; for those who work on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = "\b\nExamples:\n  nightlatch docs docs\n"


def docs(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", file_okay=False, help="Where the pages go.")],
) -> int:
    """Write runbooks, pages of checks, command line and Sigma, corrections and the policy's schema into a folder."""
    from nightlatch.cli.pages.all import write  # noqa: PLC0415 - --help must not load the catalogue

    return write(folder, context.find_root().command)
