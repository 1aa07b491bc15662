"""`nightlatch allow`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.speech.forms import Form, shows
from nightlatch.cli.verbs.options import Output, with_options
from nightlatch.cli.verbs.secrets import checked

if TYPE_CHECKING:
    from nightlatch.cli.acts.acting import Asked
    from nightlatch.reach.where import Where

EXAMPLES = """\b
Examples:
  nightlatch allow prod/orders/db --action delete --for 2h --reason 'orders moved to another account'
  nightlatch allow ci-tmp/db --action force-delete --for 30m --reason 'the stack is torn down' --dry-run
  nightlatch allow prod/orders/db --action delete --for 1h --reason 'clean-up' --local --yes
  nightlatch allow --list
  nightlatch allow prod/orders/db --end --reason 'the stack stays'
"""
_SPAN = re.compile(r"(?:(?P<hours>\d{1,3})h)?(?:(?P<minutes>\d{1,3})m)?")


class Deed(StrEnum):
    """What is allowed."""

    DELETE = "delete"  # with a recovery window
    FORCE_DELETE = "force-delete"


def span_of(text: str) -> timedelta:
    """Read `2h`, `90m` or `1h30m`.

    Raises:
        typer.BadParameter: It is none of these.
    """
    found = _SPAN.fullmatch(text.strip())
    if not text.strip() or found is None:
        raise typer.BadParameter("write a time such as 2h, 90m or 1h30m")
    return timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))


def _checked(secret: str | None) -> str | None:
    return None if secret is None else checked(secret)


@shows
@with_options(direct=False)
def allow(  # noqa: PLR0913 - one parameter is one option
    secret: Annotated[
        str | None, typer.Argument(metavar="[SECRET]", help="Name or ARN; none to list.", callback=_checked)
    ] = None,
    *,
    action: Annotated[
        Deed | None,
        typer.Option(
            "--action",
            case_sensitive=False,
            help="What is let through: delete leaves a time to recover the secret; force-delete leaves none, and takes"
            " the guard off meanwhile.",
        ),
    ] = None,
    lasting: Annotated[
        timedelta | None,
        typer.Option(
            "--for",
            metavar="TIME",
            parser=span_of,
            help="For how long, from the last yes on: 2h, 90m or 1h30m; 12 hours at most.",
        ),
    ] = None,
    reason: Annotated[
        str,
        typer.Option("--reason", metavar="TEXT", help="Why, in your words; it is told with the deletion, and kept."),
    ] = "",
    end: Annotated[
        bool, typer.Option("--end", help="End at once what is allowed of it; the guard comes back.")
    ] = False,
    listing: Annotated[bool, typer.Option("--list", help="List what is allowed now.")] = False,
    asked: Asked,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """Let a planned deletion through: it is recorded and not undone. A force delete needs two people."""
    from nightlatch.cli.acts import allowing  # noqa: PLC0415 - --help must not load the engine

    is_wish = action is not None or lasting is not None
    if is_wish and (end or listing):
        raise typer.BadParameter("--end and --list go without --action and --for")
    if listing or (secret is None and not is_wish and not end):
        return allowing.show(where, output)
    if secret is None:
        raise typer.BadParameter("name the secret")
    if end:
        return allowing.end(secret, reason, asked, where)
    if action is None or lasting is None or not reason:
        raise typer.BadParameter(
            "say what, for how long and why: --action, --for and --reason; or --end to take it back"
        )
    wish = allowing.Wish(force=action is Deed.FORCE_DELETE, lasting=lasting, reason=reason)
    return allowing.allow(secret, wish, asked, where)
