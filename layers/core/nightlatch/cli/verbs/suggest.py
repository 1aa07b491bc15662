"""`nightlatch suggest`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nightlatch.cli.speech.forms import Form, shows

EXAMPLES = """\b
Examples:
  nightlatch suggest ./cloudtrail
  nightlatch suggest ./last-week --history ./last-quarter
  nightlatch suggest ./cloudtrail --output yaml > policy.yaml
"""


@shows
def suggest(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", exists=True, help="Log files, and folders with all that is below them."),
    ],
    *,
    history: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH", exists=True, help="Older logs to learn from; they count as use. May be given again."
        ),
    ] = None,
    output: Annotated[Form, typer.Option(case_sensitive=False, help="How to write suggestions.")] = (Form.TABLE),
) -> int:
    """Propose known actors, tiers and exemptions from logs, each with its evidence; nothing of it is in force."""
    from nightlatch.cli.looks.suggesting import run  # noqa: PLC0415 - --help must not load the engine

    return run(tuple(paths), None if history is None else tuple(history), output)
