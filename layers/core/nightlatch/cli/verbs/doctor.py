"""`nightlatch doctor`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.speech.forms import Form, shows
from nightlatch.cli.verbs.options import Output, with_options

if TYPE_CHECKING:
    from nightlatch.reach.where import Where

PREFIX = "nightlatch-live-fire/"
WAIT_S = 600  # on AWS an event needs seconds as a rule, and minutes at times
EXAMPLES = """\b
Examples:
  nightlatch doctor
  nightlatch doctor --local
  nightlatch doctor --output json --query "[?verdict!='ok']"
  nightlatch doctor --live-fire --under prod/

Exit codes: 0 all is well, or only something to look at; 1 error; 2 usage; 3 something does not work; 4 something could
not be looked at.
"""


@shows
@with_options()
def doctor(  # noqa: PLR0913 - one parameter is one option
    *,
    live_fire: Annotated[
        bool,
        typer.Option("--live-fire", help="Make, read, change, delete a throw-away secret; wait for each alert."),
    ] = False,
    under: Annotated[
        str, typer.Option("--under", metavar="PREFIX", help="How its name begins, so that your policy covers it.")
    ] = PREFIX,
    wait_s: Annotated[
        int, typer.Option("--wait", metavar="SECONDS", help="For each thing, how long at most.")
    ] = WAIT_S,
    yes: Annotated[bool, typer.Option("--yes", help="Shoot without asking, as a script must.")] = False,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """Look whether nightlatch sees and tells: trails, rules, lanes, channels, alarms, Regions; each with its fix."""
    if live_fire:
        from nightlatch.cli.acts import firing  # noqa: PLC0415 - the same

        return firing.run(where, output, under=under, wait_s=wait_s, yes=yes)
    from nightlatch.cli.looks import examining  # noqa: PLC0415 - --help must not load the engine

    return examining.run(where, output)
