"""`nightlatch canary`: its verbs and their options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.speech.exit_codes import CODES_OF_ACTS
from nightlatch.cli.speech.forms import Form, shows
from nightlatch.cli.verbs.options import Output, with_options
from nightlatch.domain.account.decoys import Kind

if TYPE_CHECKING:
    from nightlatch.cli.acts.acting import Asked
    from nightlatch.reach.where import Where

PLANT_EXAMPLES = """\b
Examples:
  nightlatch canary plant
  nightlatch canary plant prod/orders/db-admin --memo 'stands in the wiki of the orders team, nowhere else'
  nightlatch canary plant prod/orders/db-admin --memo 'the old CI had this one' --like prod/orders/db --dry-run
  nightlatch canary plant prod/pay/api-key-backup --kind token --memo 'in the backup of march' --yes
"""
LIST_EXAMPLES = """\b
Examples:
  nightlatch canary list
  nightlatch canary list --local
  nightlatch canary list --output json | jq -r '.[].name'
"""
FIRE_EXAMPLES = """\b
Examples:
  nightlatch canary fire prod/orders/db-admin
  nightlatch canary fire prod/orders/db-admin --dry-run
  nightlatch canary fire prod/orders/db-admin --local --yes
"""
REMOVE_EXAMPLES = """\b
Examples:
  nightlatch canary remove prod/orders/db-admin --dry-run
  nightlatch canary remove prod/orders/db-admin
  nightlatch canary remove prod/orders/db-admin --local --yes
"""
EXAMPLES = """\b
Examples:
  nightlatch canary plant prod/orders/db-admin --memo 'stands in the wiki of the orders team, nowhere else'
  nightlatch canary fire prod/orders/db-admin
  nightlatch canary list
"""

app = typer.Typer(
    help="Decoys: secrets that nothing uses; whoever touches one is told as CRITICAL, with your memo.",
    epilog=EXAMPLES,
    rich_markup_mode=None,
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The decoy's name.")]


@app.command("plant", epilog=PLANT_EXAMPLES + CODES_OF_ACTS)
@with_options(direct=False)
def plant(  # noqa: PLR0913 - one parameter is one option
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="How the decoy is called; none to have names suggested.")
    ] = None,
    *,
    memo: Annotated[
        str, typer.Option(metavar="TEXT", help="What whoever is woken by it shall know: where you laid it out, say.")
    ] = "",
    kind: Annotated[
        Kind, typer.Option(case_sensitive=False, help="What its value looks like; it opens nothing.")
    ] = Kind.DATABASE,
    like: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="A secret whose description, tags and key it takes over, so that it fits in."
        ),
    ] = "",
    asked: Asked,
    where: Where,
) -> int:
    """Plant a decoy, with your own credentials; without a name, suggest names after those of your secrets."""
    from nightlatch.cli.acts import canaries  # noqa: PLC0415 - --help must not load the engine

    if name is None:
        return canaries.suggest(where)
    from nightlatch.service.canary import PlantWish  # noqa: PLC0415

    return canaries.plant(PlantWish(name=name, memo=memo, kind=kind, like=like), asked, where)


@app.command("list", epilog=LIST_EXAMPLES)
@shows
@with_options()
def show(*, where: Where, output: Output = Form.TABLE) -> int:
    """List the decoys: their memos, who planted them, and when they were tried."""
    from nightlatch.cli.acts import canaries  # noqa: PLC0415 - --help must not load the engine

    return canaries.show(where, output)


@app.command("fire", epilog=FIRE_EXAMPLES + CODES_OF_ACTS)
@with_options(direct=False)
def fire(name: Name, *, asked: Asked, where: Where) -> int:
    """Touch a decoy as a test, and wait until the alert has come; everybody is told, and that it is a test."""
    from nightlatch.cli.acts import canaries  # noqa: PLC0415 - --help must not load the engine

    return canaries.fire(name, asked, where)


@app.command("remove", epilog=REMOVE_EXAMPLES + CODES_OF_ACTS)
@with_options(direct=False)
def remove(name: Name, *, asked: Asked, where: Where) -> int:
    """Take a decoy away: everybody is told, and AWS deletes it after a week or more."""
    from nightlatch.cli.acts import canaries  # noqa: PLC0415 - --help must not load the engine

    return canaries.remove(name, asked, where)
