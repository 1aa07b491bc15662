"""`nightlatch incidents`: its verbs and their options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from typing import Annotated

import typer

from nightlatch.cli.forms import Form, FormOption, shows
from nightlatch.cli.secrets import Local, Profile, Region, Stack

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
def list_incidents(  # noqa: PLR0913 - one parameter is one option
    *,
    every: Annotated[bool, typer.Option("--all", help="Also those in which nothing is left to decide.")] = False,
    most: Annotated[int, typer.Option(min=1, max=1_000, help="Look at so many of the latest.")] = 50,
    local: Local = False,
    stack: Stack = "nightlatch",
    profile: Profile = None,
    region: Region = None,
    output: FormOption = Form.TABLE,
) -> int:
    """List what stands open, the worst first, with what waits for somebody's yes."""
    from nightlatch.cli import incident_pages  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.reach.where import Where  # noqa: PLC0415

    where = Where(local=local, stack=stack, profile=profile, region=region)
    return incident_pages.write_list(where, output, every=every, most=most)


@app.command("show", epilog=SHOW_EXAMPLES)
@shows
def show(  # noqa: PLR0913 - one parameter is one option
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="Its id, inc-…, as in the message.")],
    *,
    local: Local = False,
    stack: Stack = "nightlatch",
    profile: Profile = None,
    region: Region = None,
    output: FormOption = Form.TABLE,
) -> int:
    """Show one incident: who did what to which secrets, why it was told, what was offered and done, what is next."""
    from nightlatch.cli import incident_pages  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.reach.where import Where  # noqa: PLC0415

    return incident_pages.write_one(incident, Where(local=local, stack=stack, profile=profile, region=region), output)
