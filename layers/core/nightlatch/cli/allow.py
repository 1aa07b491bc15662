"""`nightlatch allow`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from nightlatch.cli.secrets import DryRun, Local, Profile, Region, Secret, Stack, Yes

EXAMPLES = """\b
Examples:
  nightlatch allow prod/orders/db --action delete --for 2h --reason 'orders moved to another account'
  nightlatch allow ci-tmp/db --action force-delete --for 30m --reason 'the stack is torn down' --dry-run
  nightlatch allow prod/orders/db --action delete --for 1h --reason 'clean-up' --local --yes
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


def allow(  # noqa: PLR0913 - one parameter is one option
    secret: Secret,
    *,
    action: Annotated[
        Deed,
        typer.Option(
            "--action",
            case_sensitive=False,
            help="What is let through: delete leaves a time to recover the secret; force-delete leaves none, and takes"
            " the guard off meanwhile.",
        ),
    ],
    lasting: Annotated[
        timedelta,
        typer.Option(
            "--for",
            metavar="TIME",
            parser=span_of,
            help="For how long, from the last yes on: 2h, 90m or 1h30m; 12 hours at most.",
        ),
    ],
    reason: Annotated[
        str,
        typer.Option("--reason", metavar="TEXT", help="Why, in your words; it is told with the deletion, and kept."),
    ],
    dry_run: DryRun = False,
    yes: Yes = False,
    local: Local = False,
    stack: Stack = "nightlatch",
    profile: Profile = None,
    region: Region = None,
) -> int:
    """Let a planned deletion through: it is recorded and not undone. A force delete needs two people."""
    from nightlatch.cli import acting, allowing  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.cli.connection import Where  # noqa: PLC0415

    wish = allowing.Wish(force=action is Deed.FORCE_DELETE, lasting=lasting, reason=reason)
    where = Where(local=local, stack=stack, profile=profile, region=region)
    return allowing.allow(secret, wish, acting.Asked(dry_run=dry_run, yes=yes), where)
