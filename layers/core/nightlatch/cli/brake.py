"""`nightlatch pause` and `nightlatch resume`: their options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from typing import Annotated

import typer

from nightlatch.cli.secrets import Local, Profile, Region, Stack, Yes

PAUSE_EXAMPLES = """\b
Examples:
  nightlatch pause
  nightlatch pause --reason 'the migration of tonight' --stack nightlatch-prod --region eu-west-1
  nightlatch pause --local --dry-run
"""
RESUME_EXAMPLES = """\b
Examples:
  nightlatch resume
  nightlatch resume --stack nightlatch-prod --region eu-west-1 --yes
  nightlatch resume --local --dry-run
"""
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the AWS call and stop.")]


def pause(  # noqa: PLR0913 - one parameter is one option
    *,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why, in one line; whoever resumes is shown it.")
    ] = "",
    dry_run: DryRun = False,
    local: Local = False,
    stack: Stack = "nightlatch",
    profile: Profile = None,
    region: Region = None,
) -> int:
    """Stop all acting at once, without asking; seeing and telling go on. Needs Systems Manager alone."""
    from nightlatch.cli import braking  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.reach.where import Where  # noqa: PLC0415

    where = Where(local=local, stack=stack, profile=profile, region=region)
    return braking.pause(reason, where, dry_run=dry_run)


def resume(  # noqa: PLR0913 - one parameter is one option
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    local: Local = False,
    stack: Stack = "nightlatch",
    profile: Profile = None,
    region: Region = None,
) -> int:
    """Let nightlatch act again. What was held meanwhile stays an offer that a person answers."""
    from nightlatch.cli import braking  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.reach.where import Where  # noqa: PLC0415

    where = Where(local=local, stack=stack, profile=profile, region=region)
    return braking.resume(where, dry_run=dry_run, yes=yes)
