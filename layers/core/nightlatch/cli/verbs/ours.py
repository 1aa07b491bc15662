"""`nightlatch ours`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.speech.forms import Form, shows
from nightlatch.cli.verbs.options import with_options
from nightlatch.cli.verbs.secrets import ListOutput
from nightlatch.cli.verbs.snooze import rest_of

if TYPE_CHECKING:
    from nightlatch.reach.where import Where

EXAMPLES = """\b
Examples:
  nightlatch ours inc-0123456789abcdef --for 7d --reason 'the migration of orders, ticket OPS-12'
  nightlatch ours --list
  nightlatch ours --end d-0123456789abcdef
"""


@shows
@with_options()
def ours(  # noqa: PLR0913 - one parameter is one option
    incident: Annotated[
        str | None, typer.Argument(metavar="[INCIDENT]", help="Its id, as its message shows it; none to list.")
    ] = None,
    *,
    lasting: Annotated[
        timedelta | None,
        typer.Option("--for", metavar="TIME", parser=rest_of, help="For how long: 24h, 7d or 30d, which is the most."),
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why, in your words; it is kept with what is recorded.")
    ] = "",
    end: Annotated[str, typer.Option("--end", metavar="ID", help="End what was declared under this id.")] = "",
    listing: Annotated[bool, typer.Option("--list", help="List what is declared now.")] = False,
    where: Where,
    output: ListOutput = Form.TABLE,
) -> int:
    """Say that what an incident found was yours: the same, by the same, on these secrets is recorded and not told."""
    from nightlatch.cli.acts import vouching  # noqa: PLC0415 - --help must not load the engine

    if end:
        return vouching.end(end, where)
    if listing or incident is None:
        if lasting is not None:
            raise typer.BadParameter("name the incident")
        return vouching.show(where, output)
    if not lasting or not reason:
        raise typer.BadParameter("say for how long and why: --for and --reason")
    return vouching.vouch(incident, lasting, reason, where)
