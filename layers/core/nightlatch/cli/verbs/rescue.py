"""The verbs for what a secret needs beside its value, its key and its replicas: their options, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.verbs.options import with_options
from nightlatch.cli.verbs.secrets import Secret

if TYPE_CHECKING:
    from nightlatch.cli.acts.acting import Asked
    from nightlatch.reach.where import Where

KEY_EXAMPLES = """\b
Examples:
  nightlatch rescue-key arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab --dry-run
  nightlatch rescue-key arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
  nightlatch rescue-key arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab --local --yes
"""
REPLICA_EXAMPLES = """\b
Examples:
  nightlatch replicate-again prod/orders/db --dry-run
  nightlatch replicate-again prod/orders/db --to us-east-1 --to eu-central-1
  nightlatch replicate-again prod/orders/db --local --yes
"""
_KEY = re.compile(r"arn:[\w-]+:kms:[a-z0-9-]+:\d{12}:key/[\w-]+")
_REGION = re.compile(r"[a-z]{2,3}(-[a-z]+)+-\d")


def a_key(arn: str) -> str:
    """Refuse what is no key's ARN: an alias may name another key by now.

    Raises:
        typer.BadParameter: It is none.
    """
    if _KEY.fullmatch(arn) is None:
        raise typer.BadParameter("write the key's ARN: arn:aws:kms:REGION:ACCOUNT:key/ID")
    return arn


def regions(texts: list[str] | None) -> list[str] | None:
    """Refuse what is no Region's name.

    Raises:
        typer.BadParameter: One is none.
    """
    for text in texts or ():
        if _REGION.fullmatch(text) is None:
            raise typer.BadParameter(f"{text} is no Region; one reads eu-west-1")
    return texts


@with_options()
def rescue_key(
    key: Annotated[str, typer.Argument(metavar="KEY-ARN", help="The KMS key's ARN.", callback=a_key)],
    *,
    asked: Asked,
    where: Where,
) -> int:
    """Put a KMS key back that protects secrets: cancel its deletion, and enable it."""
    from nightlatch.cli.acts import rescuing  # noqa: PLC0415 - --help must not load the engine

    return rescuing.rescue_key(key, asked, where)


@with_options()
def replicate_again(
    secret: Secret,
    *,
    to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="REGION",
            help="Where; all that the last snapshot with replicas shows if not given. May be given again.",
            callback=regions,
        ),
    ] = None,
    asked: Asked,
    where: Where,
) -> int:
    """Make the replicas of a secret again that were taken away; another secret of its name there is left alone."""
    from nightlatch.cli.acts import rescuing  # noqa: PLC0415 - --help must not load the engine

    return rescuing.replicate_again(secret, to or (), asked, where)
