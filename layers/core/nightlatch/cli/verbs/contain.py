"""`nightlatch contain`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.verbs.options import with_options
from nightlatch.domain.containing.containment import Measure

if TYPE_CHECKING:
    from nightlatch.cli.acts.acting import Asked
    from nightlatch.reach.where import Where

EXAMPLES = """\b
Examples:
  nightlatch contain user/ci-deploy --dry-run
  nightlatch contain user/ci-deploy --measure deactivate-key --key AKIAIOSFODNN7EXAMPLE
  nightlatch contain arn:aws:iam::111122223333:role/app --measure deny-secrets
  nightlatch contain role/app --lift
"""


@with_options()
def contain(  # noqa: PLR0913 - one parameter is one option
    principal: Annotated[str, typer.Argument(metavar="PRINCIPAL", help="user/NAME, role/NAME, or the ARN of one.")],
    *,
    measure: Annotated[
        Measure | None,
        typer.Option(
            case_sensitive=False,
            help="deny-secrets: take every secret from it, the rest of its work goes on. revoke-sessions: end what"
            " began before now. deactivate-key: turn one access key off. If none, what fits best.",
        ),
    ] = None,
    key: Annotated[
        str | None, typer.Option(metavar="AKIA…", help="The access key that is meant, where a user has several.")
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Take the measure back instead.")] = False,
    asked: Asked,
    where: Where,
) -> int:
    """Stop a user or role: shows what else stops with it and the exact calls, asks, does it, prints how to undo it."""
    from nightlatch.cli.acts import containing  # noqa: PLC0415 - --help must not load the engine

    wish = containing.Wish(principal=principal, measure=measure, key=key, lift=lift)
    return containing.run(wish, asked, where)
