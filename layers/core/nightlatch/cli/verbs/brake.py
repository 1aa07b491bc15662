"""`nightlatch pause` and `nightlatch resume`: their options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.verbs.options import Yes, with_options

if TYPE_CHECKING:
    from nightlatch.reach.where import Where


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


@with_options()
def pause(
    *,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why, in one line; whoever resumes is shown it.")
    ] = "",
    dry_run: DryRun = False,
    where: Where,
) -> int:
    """Stop all acting at once, without asking; seeing and telling go on. Needs Systems Manager alone."""
    from nightlatch.cli.acts import braking  # noqa: PLC0415 - --help must not load the engine

    return braking.pause(reason, where, dry_run=dry_run)


@with_options()
def resume(
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    where: Where,
) -> int:
    """Let nightlatch act again. What was held meanwhile stays an offer that a person answers."""
    from nightlatch.cli.acts import braking  # noqa: PLC0415 - --help must not load the engine

    return braking.resume(where, dry_run=dry_run, yes=yes)
