"""`nightlatch replay`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from nightlatch.cli.forms import Form, FormOption, shows
from nightlatch.cli.secrets import DryRun, Local, Profile, Region, Stack, Yes

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
def replay(  # noqa: PLR0913 - one parameter is one option
    *,
    dlq: Annotated[
        list[LaneName] | None,
        typer.Option(
            "--dlq", case_sensitive=False, help="Move the dead letters of this lane back; may be given again."
        ),
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    local: Local = False,
    stack: Stack = "nightlatch",
    profile: Profile = None,
    region: Region = None,
    output: FormOption = Form.TABLE,
) -> int:
    """Count the dead letters of each lane, and with --dlq move them back; what was judged before is not told again."""
    from nightlatch.cli import replaying  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.reach.where import Where  # noqa: PLC0415

    where = Where(local=local, stack=stack, profile=profile, region=region)
    return replaying.replay(frozenset(dlq or ()), where, output, dry_run=dry_run, yes=yes)
