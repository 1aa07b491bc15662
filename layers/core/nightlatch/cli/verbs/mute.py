"""`nightlatch mute`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.verbs import completing
from nightlatch.cli.verbs.moments import span
from nightlatch.cli.verbs.options import DryRun, Yes, with_options

if TYPE_CHECKING:
    from nightlatch.reach.where import Where

EXAMPLES = """\b
Examples:
  nightlatch mute DEL-01 --secrets ci-tmp/ --owner platform --reason 'nightly test stacks' --for 30d
  nightlatch mute ACC-03 --principal 'arn:aws:iam::111122223333:role/scan-*' --owner ana --reason audit --for 2d
  nightlatch mute rotation.off --audit --secrets ci-tmp/ --owner platform --reason 'gone each night' --for 30d
  nightlatch mute DEL-01 --secrets ci-tmp/ --owner platform --reason 'nightly test stacks' --for 30d --push
"""


@with_options()
def mute(  # noqa: PLR0913 - one parameter is one option
    rule: Annotated[
        str,
        typer.Argument(
            metavar="RULE",
            help="The rule's id or its number; * for every rule. With --audit a check's id, with * and ?.",
            autocompletion=completing.rules,
        ),
    ],
    *,
    owner: Annotated[str, typer.Option(metavar="WHO", help="Who answers for it.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is meant to be so.")],
    lasting: Annotated[timedelta, typer.Option("--for", metavar="TIME", parser=span, help="For how long: 2h or 30d.")],
    principal: Annotated[str, typer.Option(metavar="ARN", help="Whose doing, with * and ?; anybody's if none.")] = "*",
    secrets: Annotated[
        str, typer.Option(metavar="PREFIX", help="The beginning of the secrets' names; every secret if none.")
    ] = "",
    audit: Annotated[
        bool, typer.Option("--audit", help="It is a check, and what audits find by it is muted; no rule is.")
    ] = False,
    push: Annotated[
        bool, typer.Option("--push", help="Put it into the policy in force, instead of printing an entry for the file.")
    ] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    where: Where,
) -> int:
    """Stop hearing of something that is meant to be so: an exemption with an owner, a reason and an end."""
    from nightlatch.cli.acts import muting  # noqa: PLC0415 - --help must not load the engine

    if audit and principal != "*":
        raise typer.BadParameter("a check is nobody's doing; leave --principal out")
    about = (
        {"checks": [rule], "names": [f"{secrets}*"]}
        if audit
        else {"rule": rule, "principal": principal, "secrets": secrets}
    )
    entry = muting.Entry({**about, "owner": owner, "reason": reason}, is_of_audit=audit)
    if not push:
        return muting.write_entry(entry, lasting)
    return muting.push_entry(entry, lasting, where, dry_run=dry_run, yes=yes)
