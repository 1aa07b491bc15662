"""`nightlatch diff`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.speech.forms import Form, shows
from nightlatch.cli.verbs.options import Output, with_options
from nightlatch.cli.verbs.secrets import Secret

if TYPE_CHECKING:
    from nightlatch.reach.where import Where

EXAMPLES = """\b
Examples:
  nightlatch diff prod/orders/db
  nightlatch diff prod/orders/db --from 1a2b3c4d --to AWSCURRENT
  nightlatch diff prod/orders/db --local --output json
"""

_VERSION = "VERSION"


@shows
@with_options()
def diff(
    secret: Secret,
    *,
    away_from: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar=_VERSION,
            help="Older version: id, its first 8 characters, or a label; the one before --to if none.",
        ),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar=_VERSION, help="Newer version, written likewise; AWSCURRENT if none.")
    ] = None,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """Tell which JSON keys differ between two versions, and how large they are; no value is read or shown."""
    from nightlatch.cli.looks import snapshot_verbs  # noqa: PLC0415 - --help must not load the engine

    return snapshot_verbs.diff(secret, where, output, away_from=away_from, to=to)
