"""The verbs about one secret: timeline, rollback, and the answer to an offer; their options, and nothing else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from nightlatch.cli import completing
from nightlatch.cli.forms import Form, shows
from nightlatch.cli.moments import moment, parts
from nightlatch.domain.event.secrets import secret_ref

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
Local = Annotated[bool, typer.Option("--local", help="Talk to the stage that `nightlatch up` keeps open here.")]
Stack = Annotated[str, typer.Option(help="The deployed stack to talk to.")]
Profile = Annotated[
    str | None,
    typer.Option(help="AWS profile; your usual credentials if none. With --local who you are there: ana or ben."),
]
Region = Annotated[str | None, typer.Option(help="AWS Region of the stack; that of your profile if none.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and stop.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking, as a script must.")]
Direct = Annotated[
    bool,
    typer.Option("--direct", help="Write with your own credentials instead of the responder's; it is recorded."),
]
Output = Annotated[Form, typer.Option(case_sensitive=False, help="How to write the result.")]
ListOutput = Annotated[Form, typer.Option(case_sensitive=False, help="How to write the list of what waits.")]


@shows
def timeline(  # noqa: PLR0913 - one parameter is one option
    secret: Secret,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH", exists=True, help="Log files to tell it from, offline.")
    ] = None,
    *,
    local: Local = False,
    stack: Stack = "nightlatch",
    profile: Profile = None,
    region: Region = None,
    output: Output = Form.TABLE,
) -> int:
    """Tell who did what to a secret, in order; from log files with reads, from nightlatch's memory without."""
    from nightlatch.cli import telling  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.reach.where import Where  # noqa: PLC0415

    where = Where(local=local, stack=stack, profile=profile, region=region)
    return telling.timeline(secret, tuple(paths or ()), where, output)


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
    dry_run: DryRun = False,
    yes: Yes = False,
    direct: Direct = False,
    local: Local = False,
    stack: Stack = "nightlatch",
    profile: Profile = None,
    region: Region = None,
) -> int:
    """Put a secret back: its value, or with --at all that was then; plan, ask, do, verify; prints how to undo it."""
    from nightlatch.cli import rolling_back  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.cli.acting import Asked  # noqa: PLC0415
    from nightlatch.reach.where import Where  # noqa: PLC0415
    from nightlatch.service.rolling_back import Rollback  # noqa: PLC0415

    where = Where(local=local, stack=stack, profile=profile, region=region)
    wish = Rollback(to=to, at=at, only=parts(only))
    return rolling_back.rollback(secret, wish, Asked(dry_run=dry_run, yes=yes, direct=direct), where)


def restore(  # noqa: PLR0913 - one parameter is one option
    secret: Secret,
    *,
    key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="KMS key (id, ARN or alias) to create it under, where its own no longer works; two people must agree.",
        ),
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    direct: Direct = False,
    local: Local = False,
    stack: Stack = "nightlatch",
    profile: Profile = None,
    region: Region = None,
) -> int:
    """Take a scheduled deletion back, or create a secret that is gone again from the vault, under a new ARN."""
    from nightlatch.cli import restoring  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.cli.acting import Asked  # noqa: PLC0415
    from nightlatch.reach.where import Where  # noqa: PLC0415

    where = Where(local=local, stack=stack, profile=profile, region=region)
    return restoring.restore(secret, Asked(dry_run=dry_run, yes=yes, direct=direct), where, key=key)


@shows
def references(  # noqa: PLR0913 - one parameter is one option
    arn: Annotated[str, typer.Argument(metavar="OLD-ARN", help="The full ARN that is no more.", callback=checked)],
    *,
    local: Local = False,
    stack: Stack = "nightlatch",
    profile: Profile = None,
    region: Region = None,
    output: Output = Form.TABLE,
) -> int:
    """Tell who still points to the old ARN of a secret that was created again: principals, policies, functions."""
    from nightlatch.cli import restoring  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.reach.where import Where  # noqa: PLC0415

    where = Where(local=local, stack=stack, profile=profile, region=region)
    return restoring.references(arn, where, output)


@shows
def approve(  # noqa: PLR0913 - one parameter is one option
    action: Annotated[
        str,
        typer.Argument(
            metavar="ACTION",
            help="The id in the message, or in the line of a command that waits, r-…; what waits is listed if none.",
        ),
    ] = "",
    *,
    deny: Annotated[bool, typer.Option("--deny", help="Say no instead: it is left as it is.")] = False,
    local: Local = False,
    stack: Stack = "nightlatch",
    profile: Profile = None,
    region: Region = None,
    output: ListOutput = Form.TABLE,
) -> int:
    """Say yes (or no) to something that nightlatch offered to do; without an id, list what waits for somebody."""
    from nightlatch.cli import answering  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.reach.where import Where  # noqa: PLC0415

    if deny and not action:
        raise typer.BadParameter("a no needs an ACTION: the id of what is left as it is")
    where = Where(local=local, stack=stack, profile=profile, region=region)
    return answering.approve(action, deny=deny, where=where) if action else answering.waiting(where, output)
