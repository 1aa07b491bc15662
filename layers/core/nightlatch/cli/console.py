"""`nightlatch console`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from typing import Annotated

import typer

from nightlatch.cli.secrets import Local, Profile, Region, Stack

DEFAULT_PORT = 8421
EXAMPLES = """\b
Examples:
  nightlatch console --local
  nightlatch console --stack nightlatch --profile ana --region eu-west-1
  nightlatch console --port 0
"""


def console(
    *,
    local: Local = False,
    stack: Stack = "nightlatch",
    profile: Profile = None,
    region: Region = None,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port on 127.0.0.1; 0 for any free one.")] = DEFAULT_PORT,
) -> int:
    """Open the web console on this machine: incidents, one-click rollback, secrets, baselines, health; never a value.

    It acts with your own AWS credentials, through the same approvals as every other way, and nothing but this machine
    reaches it. The link that it prints lets in one browser, once.

    """
    from nightlatch.cli import serving  # noqa: PLC0415 - --help must not load the web
    from nightlatch.reach.where import Where  # noqa: PLC0415

    return serving.serve(Where(local=local, stack=stack, profile=profile, region=region), port)
