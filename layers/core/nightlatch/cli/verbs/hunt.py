"""`nightlatch hunt`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nightlatch.cli.speech.forms import Output, shows
from nightlatch.domain.judging.findings import Severity

EXAMPLES = """\b
Examples:
  nightlatch hunt ./cloudtrail
  nightlatch hunt today.json.gz --history ./last-quarter --fail-on HIGH
  nightlatch hunt ./cloudtrail --output jsonl | jq 'select(.state == "open")'
"""


@shows
def hunt(  # noqa: PLR0913 - one parameter is one option
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", exists=True, help="Log files, and folders with all that is below them."),
    ],
    *,
    history: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH", exists=True, help="Older logs to learn from; they are not judged. May be given again."
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, help="Policy file, for its exemptions and inventory."
        ),
    ] = None,
    inventory: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, help="JSON file of what the account holds and trusts."
        ),
    ] = None,
    output: Annotated[Output, typer.Option(case_sensitive=False, help="How to write findings.")] = Output.TABLE,
    fail_on: Annotated[
        Severity | None,
        typer.Option(
            case_sensitive=False,
            help="Exit with 3 for an open finding at or above this; without it, findings leave the exit code alone.",
        ),
    ] = None,
) -> int:
    """Judge CloudTrail logs on disk by the same rules as live; needs no AWS account and changes nothing."""
    from nightlatch.cli.looks.hunting import Request, run  # noqa: PLC0415 - --help must not load the engine

    request = Request(
        paths=tuple(paths),
        history=None if history is None else tuple(history),
        policy=policy,
        inventory=inventory,
        output=output,
        fail_on=fail_on,
    )
    return run(request)
