"""`nightlatch snooze`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.speech.forms import Form, shows
from nightlatch.cli.verbs.options import with_options
from nightlatch.cli.verbs.secrets import ListOutput

if TYPE_CHECKING:
    from nightlatch.reach.where import Where

EXAMPLES = """\b
Examples:
  nightlatch snooze inc-0123456789abcdef --for 24h --reason 'the vendor is looking into it'
  nightlatch snooze inc-0123456789abcdef --end
  nightlatch snooze --list
"""
_SPAN = re.compile(r"(?:(?P<days>\d{1,2})d)?(?:(?P<hours>\d{1,3})h)?(?:(?P<minutes>\d{1,3})m)?")


def rest_of(text: str) -> timedelta:
    """Read `1h`, `24h`, `7d` or `90m`.

    Raises:
        typer.BadParameter: It is none of these.
    """
    found = _SPAN.fullmatch(text.strip())
    if not text.strip() or found is None:
        raise typer.BadParameter("write a time such as 1h, 24h or 7d")
    days, hours, minutes = (int(found[part] or 0) for part in ("days", "hours", "minutes"))
    return timedelta(days=days, hours=hours, minutes=minutes)


@shows
@with_options()
def snooze(  # noqa: PLR0913 - one parameter is one option
    incident: Annotated[
        str | None, typer.Argument(metavar="[INCIDENT]", help="Its id, as its message shows it; none to list.")
    ] = None,
    *,
    lasting: Annotated[
        timedelta | None,
        typer.Option("--for", metavar="TIME", parser=rest_of, help="For how long: 1h, 24h or 7d, which is the most."),
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why, in your words; the message shows it.")
    ] = "",
    end: Annotated[bool, typer.Option("--end", help="Wake it now.")] = False,
    listing: Annotated[bool, typer.Option("--list", help="List what is snoozed now.")] = False,
    where: Where,
    output: ListOutput = Form.TABLE,
) -> int:
    """Hear nothing of an incident for a while; it wakes by itself when it gets worse."""
    from nightlatch.cli.acts import snoozing  # noqa: PLC0415 - --help must not load the engine

    if listing or incident is None:
        if lasting is not None or end:
            raise typer.BadParameter("name the incident")
        return snoozing.show(where, output)
    if end:
        return snoozing.end(incident, reason or "no longer needed", where)
    if not lasting or not reason:
        raise typer.BadParameter("say for how long and why: --for and --reason; or --end to wake it")
    return snoozing.snooze(incident, lasting, reason, where)
