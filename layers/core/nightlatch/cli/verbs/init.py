"""`nightlatch init`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = """\b
Examples:
  nightlatch init
  nightlatch init ./deploy --stack nightlatch-prod --email security@example.com
  nightlatch init --approver U01ANA2BC=ana --break-glass 'arn:aws:iam::*:role/BreakGlass'
"""


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[FOLDER]", file_okay=False, help="Where the files go; here if none.")
    ] = Path(),
    *,
    stack: Annotated[str, typer.Option(help="What the stack will be called.")] = "nightlatch",
    email: Annotated[str, typer.Option(metavar="ADDRESS", help="Who gets every alert by e-mail; nobody if none.")] = "",
    approver: Annotated[
        list[str] | None,
        typer.Option(metavar="SLACK-ID=NAME", help="Who may say yes; may be given again."),
    ] = None,
    break_glass: Annotated[
        list[str] | None,
        typer.Option(metavar="ARN", help="A role kept for emergencies, which no guard shuts out; may be given again."),
    ] = None,
) -> int:
    """Write a first policy file that only observes, its schema for editors, and a samconfig; overwrites nothing."""
    from nightlatch.cli.looks.beginning import Wanted, begin  # noqa: PLC0415 - --help must not load the engine

    people = tuple(one.partition("=") for one in approver or ())
    if any(not (name and slack) for slack, _, name in people):
        raise typer.BadParameter("write an approver as SLACK-ID=NAME, such as U01ANA2BC=ana")
    wanted = Wanted(
        stack=stack,
        email=email,
        approvers=tuple((slack, name) for slack, _, name in people),
        break_glass=tuple(break_glass or ()),
    )
    return begin(folder, wanted)
