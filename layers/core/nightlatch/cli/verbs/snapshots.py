"""`nightlatch snapshots`: its verbs and their options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.speech.exit_codes import CODES_OF_ACTS
from nightlatch.cli.speech.forms import Form, shows
from nightlatch.cli.verbs.moments import moment
from nightlatch.cli.verbs.options import Output, with_options
from nightlatch.cli.verbs.secrets import Secret

if TYPE_CHECKING:
    from nightlatch.cli.acts.acting import Asked
    from nightlatch.reach.where import Where

LIST_EXAMPLES = """\b
Examples:
  nightlatch snapshots list prod/orders/db
  nightlatch snapshots list prod/orders/db --local
  nightlatch snapshots list prod/orders/db --output json | jq '.versions[].labels'
"""
SHOW_EXAMPLES = """\b
Examples:
  nightlatch snapshots show prod/orders/db 1a2b3c4d
  nightlatch snapshots show prod/orders/db latest --local
  nightlatch snapshots show prod/orders/db 1a2b3c4d --output json > before.json
"""
VERIFY_EXAMPLES = """\b
Examples:
  nightlatch snapshots verify
  nightlatch snapshots verify prod/orders/db
  nightlatch snapshots verify prod/orders/db --last --output json
"""

TAKE_EXAMPLES = """\b
Examples:
  nightlatch snapshots take prod/orders/db
  nightlatch snapshots take prod/orders/db --version 1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d
  nightlatch snapshots take prod/orders/db --local --yes
"""
PRUNE_EXAMPLES = """\b
Examples:
  nightlatch snapshots prune prod/orders/db --dry-run
  nightlatch snapshots prune prod/orders/db --keep 3
  nightlatch snapshots prune prod/orders/db --keep 0 --yes
"""
PURGE_EXAMPLES = """\b
Examples:
  nightlatch snapshots purge prod/orders/db --since 2d --dry-run
  nightlatch snapshots purge prod/orders/db --since 2026-03-02T09:00Z
  nightlatch snapshots purge prod/orders/db --since 6h --local --yes
"""

EXAMPLES = """\b
Examples:
  nightlatch snapshots list prod/orders/db
  nightlatch snapshots take prod/orders/db --dry-run
  nightlatch snapshots verify prod/orders/db --local
"""

app = typer.Typer(
    help="What is kept of a secret: versions, copies in the vault, metadata.", epilog=EXAMPLES, rich_markup_mode=None
)


@app.command("list", epilog=LIST_EXAMPLES)
@shows
@with_options()
def list_snapshots(
    secret: Secret,
    *,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """List a secret's versions with their pins and copies, and what it was beside its value; no value is read."""
    from nightlatch.cli.looks import snapshot_verbs  # noqa: PLC0415 - --help must not load the engine

    return snapshot_verbs.list_all(secret, where, output)


@app.command("show", epilog=SHOW_EXAMPLES)
@shows
@with_options()
def show(
    secret: Secret,
    snapshot: Annotated[
        str, typer.Argument(metavar="SNAPSHOT", help="An id from `snapshots list` or the beginning of one, or latest.")
    ],
    *,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """Show what a secret was; the description and the values of tags stand in --output json alone."""
    from nightlatch.cli.looks import snapshot_verbs  # noqa: PLC0415 - --help must not load the engine

    return snapshot_verbs.show(secret, snapshot, where, output)


@app.command("verify", epilog=VERIFY_EXAMPLES)
@shows
@with_options()
def verify(
    secret: Annotated[
        str, typer.Argument(metavar="SECRET", help="The secret's name or ARN; a sample of all copies if none.")
    ] = "",
    *,
    last: Annotated[
        bool, typer.Option("--last", help="Only tell what the last drill found, without a new one.")
    ] = False,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """Have the responder open copies of the vault now, and tell when each was last proven restorable."""
    from nightlatch.cli.looks import snapshot_verbs  # noqa: PLC0415 - --help must not load the engine

    return snapshot_verbs.verify(secret or None, where, output, last=last)


@app.command("take", epilog=TAKE_EXAMPLES + CODES_OF_ACTS)
@with_options()
def take(
    secret: Secret,
    *,
    version: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION", help="Another version than the current: id, its first 8 characters, or a label."
        ),
    ] = None,
    asked: Asked,
    where: Where,
) -> int:
    """Keep a version by a pin now, and have the keeper look at the secret: its metadata, and its value if vaulted."""
    from nightlatch.cli.acts import pinning  # noqa: PLC0415 - --help must not load the engine

    return pinning.take(secret, version, asked, where)


@app.command("prune", epilog=PRUNE_EXAMPLES + CODES_OF_ACTS)
@with_options()
def prune(
    secret: Secret,
    *,
    keep: Annotated[
        int | None,
        typer.Option(min=0, max=15, help="How many pins stay, the newest; as many as the policy says if none."),
    ] = None,
    asked: Asked,
    where: Where,
) -> int:
    """Take the oldest pins away; labels that are not nightlatch's stay."""
    from nightlatch.cli.acts import pinning  # noqa: PLC0415 - --help must not load the engine

    return pinning.prune(secret, keep, asked, where)


@app.command("purge", epilog=PURGE_EXAMPLES + CODES_OF_ACTS)
@with_options()
def purge(
    secret: Secret,
    *,
    since: Annotated[
        datetime,
        typer.Option(
            metavar="TIME",
            parser=moment,
            help="The pins that were made since then go: 2026-03-02T09:00Z, or 2d for two days ago.",
        ),
    ],
    asked: Asked,
    where: Where,
) -> int:
    """After a leak, let go of old values that pins keep readable; two people must say yes."""
    from nightlatch.cli.acts import pinning  # noqa: PLC0415 - --help must not load the engine

    return pinning.purge(secret, since, asked, where)
