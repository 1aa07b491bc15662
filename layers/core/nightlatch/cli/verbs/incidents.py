"""`nightlatch incidents`: its verbs and their options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.speech.forms import Form, shows
from nightlatch.cli.verbs.options import Output, with_options

if TYPE_CHECKING:
    from nightlatch.reach.where import Where

LIST_EXAMPLES = """\b
Examples:
  nightlatch incidents list
  nightlatch incidents list --all --most 200 --output csv > incidents.csv
  nightlatch incidents list --local --query '[?severity==`CRITICAL`].id'
"""
SHOW_EXAMPLES = """\b
Examples:
  nightlatch incidents show inc-0123456789abcdef
  nightlatch incidents show inc-0123456789abcdef --local
  nightlatch incidents show inc-0123456789abcdef --output json | jq '.findings[].reason'
"""

app = typer.Typer(
    help="What nightlatch told of: what stands open, and one problem in full.",
    epilog="\b\nExamples:\n  nightlatch incidents list\n  nightlatch incidents list --all\n"
    "  nightlatch incidents show inc-0123456789abcdef",
    rich_markup_mode=None,
)


@app.command("list", epilog=LIST_EXAMPLES)
@shows
@with_options()
def list_incidents(
    *,
    every: Annotated[bool, typer.Option("--all", help="Also those in which nothing is left to decide.")] = False,
    most: Annotated[int, typer.Option(min=1, max=1_000, help="Look at so many of the latest.")] = 50,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """List what stands open, the worst first, with what waits for somebody's yes."""
    from nightlatch.cli.looks import incident_pages  # noqa: PLC0415 - --help must not load the engine

    return incident_pages.write_list(where, output, every=every, most=most)


@app.command("show", epilog=SHOW_EXAMPLES)
@shows
@with_options()
def show(
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="Its id, inc-…, as in the message.")],
    *,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """Show one incident: who did what to which secrets, why it was told, what was offered and done, what is next."""
    from nightlatch.cli.looks import incident_pages  # noqa: PLC0415 - --help must not load the engine

    return incident_pages.write_one(incident, where, output)
