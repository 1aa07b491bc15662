"""`nightlatch console`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.verbs.options import with_options

if TYPE_CHECKING:
    from nightlatch.reach.where import Where

DEFAULT_PORT = 8421
EXAMPLES = """\b
Examples:
  nightlatch console --local
  nightlatch console --stack nightlatch --profile ana --region eu-west-1
  nightlatch console --port 0
"""


@with_options()
def console(
    *,
    where: Where,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port on 127.0.0.1; 0 for any free one.")] = DEFAULT_PORT,
) -> int:
    """Open the web console on this machine: incidents, one-click rollback, secrets, baselines, health; never a value.

    It acts with your own AWS credentials, through the same approvals as every other way, and nothing but this machine
    reaches it. The link that it prints lets in one browser, once.

    """
    from nightlatch.cli.looks import serving  # noqa: PLC0415 - --help must not load the web

    return serving.serve(where, port)
