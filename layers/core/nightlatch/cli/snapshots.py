"""`nightlatch snapshots`: its verbs and their options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from typing import Annotated

import typer

from nightlatch.cli.forms import Form
from nightlatch.cli.secrets import Local, Output, Profile, Region, Secret, Stack

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

app = typer.Typer(help="What is kept of a secret: versions, copies in the vault, metadata.", rich_markup_mode=None)


@app.command("list", epilog=LIST_EXAMPLES)
def list_snapshots(  # noqa: PLR0913 - one parameter is one option
    secret: Secret,
    *,
    local: Local = False,
    stack: Stack = "nightlatch",
    profile: Profile = None,
    region: Region = None,
    output: Output = Form.TABLE,
) -> int:
    """List a secret's versions with their pins and copies, and what it was beside its value; no value is read."""
    from nightlatch.cli import snapshot_verbs  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.cli.connection import Where  # noqa: PLC0415

    return snapshot_verbs.list_all(secret, Where(local=local, stack=stack, profile=profile, region=region), output)


@app.command("show", epilog=SHOW_EXAMPLES)
def show(  # noqa: PLR0913 - one parameter is one option
    secret: Secret,
    snapshot: Annotated[str, typer.Argument(metavar="SNAPSHOT", help="Id from `snapshots list`, or latest.")],
    *,
    local: Local = False,
    stack: Stack = "nightlatch",
    profile: Profile = None,
    region: Region = None,
    output: Output = Form.TABLE,
) -> int:
    """Show what a secret was; the description and the values of tags stand in --output json alone."""
    from nightlatch.cli import snapshot_verbs  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.cli.connection import Where  # noqa: PLC0415

    where = Where(local=local, stack=stack, profile=profile, region=region)
    return snapshot_verbs.show(secret, snapshot, where, output)


@app.command("verify", epilog=VERIFY_EXAMPLES)
def verify(  # noqa: PLR0913 - one parameter is one option
    secret: Annotated[str, typer.Argument(metavar="[SECRET]", help="Name or ARN; a sample of all if none.")] = "",
    *,
    last: Annotated[bool, typer.Option("--last", help="Tell what the last drill found; ask for none.")] = False,
    local: Local = False,
    stack: Stack = "nightlatch",
    profile: Profile = None,
    region: Region = None,
    output: Output = Form.TABLE,
) -> int:
    """Have the responder open copies of the vault now, and tell when each was last proven restorable."""
    from nightlatch.cli import snapshot_verbs  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.cli.connection import Where  # noqa: PLC0415

    where = Where(local=local, stack=stack, profile=profile, region=region)
    return snapshot_verbs.verify(secret or None, where, output, last=last)
