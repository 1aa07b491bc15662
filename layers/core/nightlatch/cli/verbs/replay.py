"""`nightlatch replay`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.speech.forms import Form, shows
from nightlatch.cli.verbs.options import DryRun, Output, Yes, with_options

if TYPE_CHECKING:
    from nightlatch.reach.where import Where

EXAMPLES = """\b
Examples:
  nightlatch replay
  nightlatch replay --dlq changes --dry-run
  nightlatch replay --dlq changes --dlq reads --yes
"""


class LaneName(StrEnum):
    """The lanes of the template."""

    ALL = "all"
    CHANGES = "changes"
    READS = "reads"
    ALERTS = "alerts"
    KEEPER = "keeper"
    RESPONSES = "responses"


@shows
@with_options()
def replay(
    *,
    dlq: Annotated[
        list[LaneName] | None,
        typer.Option(
            "--dlq", case_sensitive=False, help="Move the dead letters of this lane back; may be given again."
        ),
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """Count the dead letters of each lane, and with --dlq move them back; what was judged before is not told again."""
    from nightlatch.cli.acts import replaying  # noqa: PLC0415 - --help must not load the engine

    return replaying.replay(frozenset(dlq or ()), where, output, dry_run=dry_run, yes=yes)
