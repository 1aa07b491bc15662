"""`nightlatch who` and `nightlatch costs`: their options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.speech.forms import Form, shows
from nightlatch.cli.verbs.options import Output, with_options
from nightlatch.cli.verbs.secrets import Secret
from nightlatch.service.read_costs import By

if TYPE_CHECKING:
    from nightlatch.reach.where import Where

WHO_EXAMPLES = """\b
Examples:
  nightlatch who prod/orders/db
  nightlatch who prod/orders/db --days 35 --query 'readers[?from_public > `0`].principal'
  nightlatch who prod/orders/db --trail ./cloudtrail
"""
COSTS_EXAMPLES = """\b
Examples:
  nightlatch costs
  nightlatch costs --by owner --days 35 --output csv > reads.csv
  nightlatch costs --by secret --top 5 --trail ./cloudtrail
"""

Trail = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="PATH", exists=True, help="Count in these log files instead, offline; all of them. May be given again."
    ),
]
Days = Annotated[int, typer.Option(min=1, max=35, help="How many days to look back; 35 are kept.")]


@shows
@with_options()
def who(
    secret: Secret,
    *,
    trail: Trail = None,
    days: Days = 7,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """Show who reads a secret: how often, when last, from where and with what; and whom its policy lets read."""
    from nightlatch.cli.looks import using  # noqa: PLC0415 - --help must not load the engine

    return using.who(secret, tuple(trail or ()), days, where, output)


@shows
@with_options()
def costs(  # noqa: PLR0913 - one parameter is one option
    *,
    by: Annotated[
        By, typer.Option(case_sensitive=False, help="What to add up by; owner and team are tags, as inventoried.")
    ] = By.CALLER,
    top: Annotated[int, typer.Option(min=0, help="How many to show, the dearest first; 0 for all.")] = 20,
    trail: Trail = None,
    days: Days = 7,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """Show what reading secrets costs a month at the counted rate, by whom, and what a cache would save of it."""
    from nightlatch.cli.looks import using  # noqa: PLC0415 - --help must not load the engine

    if trail and by in {By.OWNER, By.TEAM}:
        raise typer.BadParameter("log files hold no tags; add up by caller or by secret", param_hint="--by")
    return using.costs(using.Wanted(by, top, days), tuple(trail or ()), where, output)
