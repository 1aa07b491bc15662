"""The verbs about one secret: timeline, rollback, and the answer to an offer; their options, and nothing else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.speech.forms import Form, shows
from nightlatch.cli.verbs import completing
from nightlatch.cli.verbs.moments import moment, parts
from nightlatch.cli.verbs.options import Output, with_options
from nightlatch.domain.event.secrets import secret_ref

if TYPE_CHECKING:
    from nightlatch.cli.acts.acting import Asked
    from nightlatch.reach.where import Where

TIMELINE_EXAMPLES = """\b
Examples:
  nightlatch timeline prod/orders/db ./cloudtrail
  nightlatch timeline prod/orders/db --local
  nightlatch timeline prod/orders/db --stack nightlatch --output json
"""
ROLLBACK_EXAMPLES = """\b
Examples:
  nightlatch rollback prod/orders/db --dry-run
  nightlatch rollback prod/orders/db --to 1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d
  nightlatch rollback prod/orders/db --at 2h --only policy,tags
"""
RESTORE_EXAMPLES = """\b
Examples:
  nightlatch restore prod/orders/db --dry-run
  nightlatch restore prod/orders/db
  nightlatch restore prod/orders/db --key alias/orders
  nightlatch restore prod/orders/db --local --yes
"""
REFERENCES_EXAMPLES = """\b
Examples:
  nightlatch references arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/orders/db-AbCdEf
  nightlatch references arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/orders/db-AbCdEf --local
  nightlatch references arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/orders/db-AbCdEf --output json
"""
APPROVE_EXAMPLES = """\b
Examples:
  nightlatch approve
  nightlatch approve r-0123456789abcdef0123
  nightlatch approve r-0123456789abcdef0123 --deny --local --profile ben
"""


def checked(secret: str) -> str:
    """Refuse an ARN of something else: it would be looked for as a name and not be found."""
    if secret.startswith("arn:") and not secret_ref(secret, account_id="", region="").is_arn:
        raise typer.BadParameter(
            "this ARN is not a secret's; one reads arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX"
        )
    return secret


Secret = Annotated[
    str,
    typer.Argument(
        metavar="SECRET", help="The secret's name or ARN.", callback=checked, autocompletion=completing.secrets
    ),
]
ListOutput = Annotated[Form, typer.Option(case_sensitive=False, help="How to write the list of what waits.")]


@shows
@with_options()
def timeline(
    secret: Secret,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH", exists=True, help="Log files to tell it from, offline.")
    ] = None,
    *,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """Tell who did what to a secret, in order; from log files with reads, from nightlatch's memory without."""
    from nightlatch.cli.looks import telling  # noqa: PLC0415 - --help must not load the engine

    return telling.timeline(secret, tuple(paths or ()), where, output)


@with_options()
def rollback(  # noqa: PLR0913 - one parameter is one option
    secret: Secret,
    *,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION",
            help="Version to go back to: id, its first 8 characters, or a label; the one before the current if none.",
        ),
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(
            metavar="TIME",
            parser=moment,
            help="Back to how the secret was then: 2026-03-02T09:00Z, or 2h for two hours ago.",
        ),
    ] = None,
    only: Annotated[
        str,
        typer.Option(
            metavar="PARTS",
            help="Only these, by commas: value, policy, tags, key, rotation, description. If none: the value, and with"
            " --at all of them.",
        ),
    ] = "",
    asked: Asked,
    where: Where,
) -> int:
    """Put a secret back: its value, or with --at all that was then; plan, ask, do, verify; prints how to undo it."""
    from nightlatch.cli.acts import rolling_back  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.service.rolling_back import Rollback  # noqa: PLC0415

    wish = Rollback(to=to, at=at, only=parts(only))
    return rolling_back.rollback(secret, wish, asked, where)


@with_options()
def restore(
    secret: Secret,
    *,
    key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="KMS key (id, ARN or alias) to create it under, where its own no longer works; two people must agree.",
        ),
    ] = None,
    asked: Asked,
    where: Where,
) -> int:
    """Take a scheduled deletion back, or create a secret that is gone again from the vault, under a new ARN."""
    from nightlatch.cli.acts import restoring  # noqa: PLC0415 - --help must not load the engine

    return restoring.restore(secret, asked, where, key=key)


@shows
@with_options()
def references(
    arn: Annotated[str, typer.Argument(metavar="OLD-ARN", help="The full ARN that is no more.", callback=checked)],
    *,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """Tell who still points to the old ARN of a secret that was created again: principals, policies, functions."""
    from nightlatch.cli.acts import restoring  # noqa: PLC0415 - --help must not load the engine

    return restoring.references(arn, where, output)


@shows
@with_options()
def approve(
    action: Annotated[
        str,
        typer.Argument(
            metavar="ACTION",
            help="The id in the message, or in the line of a command that waits, r-…; what waits is listed if none.",
        ),
    ] = "",
    *,
    deny: Annotated[bool, typer.Option("--deny", help="Say no instead: it is left as it is.")] = False,
    where: Where,
    output: ListOutput = Form.TABLE,
) -> int:
    """Say yes (or no) to something that nightlatch offered to do; without an id, list what waits for somebody."""
    from nightlatch.cli.acts import answering  # noqa: PLC0415 - --help must not load the engine

    if deny and not action:
        raise typer.BadParameter("a no needs an ACTION: the id of what is left as it is")
    return answering.approve(action, deny=deny, where=where) if action else answering.waiting(where, output)
