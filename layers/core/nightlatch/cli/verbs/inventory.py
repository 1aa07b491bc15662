"""`nightlatch inventory`: its verbs and their options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from nightlatch.cli.speech.forms import Form, shows
from nightlatch.cli.verbs.options import Output, with_options

if TYPE_CHECKING:
    from nightlatch.reach.where import Where

SHOW_EXAMPLES = """\b
Examples:
  nightlatch inventory show
  nightlatch inventory show --local
  nightlatch inventory show --output json > inventory.json && nightlatch hunt ./cloudtrail --inventory inventory.json
"""
REFRESH_EXAMPLES = """\b
Examples:
  nightlatch inventory refresh
  nightlatch inventory refresh --local
  nightlatch inventory refresh --profile audit --region eu-west-1
"""

EXAMPLES = """\b
Examples:
  nightlatch inventory show
  nightlatch inventory show --output json
  nightlatch inventory refresh --local
"""

app = typer.Typer(
    help="What nightlatch knows of your secrets, keys and functions.", epilog=EXAMPLES, rich_markup_mode=None
)


@app.command("show", epilog=SHOW_EXAMPLES)
@shows
@with_options()
def show(
    *,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """List what is known of each secret: tier, key, rotation, replicas; never a value."""
    from nightlatch.cli.looks import stock  # noqa: PLC0415 - --help must not load the engine

    return stock.show(where, output)


@app.command("refresh", epilog=REFRESH_EXAMPLES)
@with_options()
def refresh(
    *,
    where: Where,
) -> int:
    """Take the inventory now, with your own AWS credentials; the schedule takes it once an hour."""
    from nightlatch.cli.looks import stock  # noqa: PLC0415 - --help must not load the engine

    return stock.refresh(where)
