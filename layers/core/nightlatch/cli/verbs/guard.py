"""`nightlatch guard`: its verbs and their options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.speech.exit_codes import CODES_OF_ACTS
from nightlatch.cli.speech.forms import Form, shows
from nightlatch.cli.verbs.options import Output, with_options
from nightlatch.cli.verbs.secrets import Secret, checked
from nightlatch.domain.guarding.guards import LONGEST_WINDOW, SHORTEST_WINDOW

if TYPE_CHECKING:
    from nightlatch.cli.acts.acting import Asked
    from nightlatch.reach.where import Where

SCP_EXAMPLES = """\b
Examples:
  nightlatch guard scp --break-glass 'arn:aws:iam::*:role/BreakGlassSecrets' > scp.json
  nightlatch guard scp --policy policy.yaml --min-window-days 30
  aws organizations create-policy --type SERVICE_CONTROL_POLICY --name nightlatch --description guard --content file://scp.json
"""
RCP_EXAMPLES = """\b
Examples:
  nightlatch guard rcp --break-glass 'arn:aws:iam::*:role/BreakGlassSecrets' > rcp.json
  nightlatch guard rcp --policy policy.yaml --own-role 'arn:aws:iam::*:role/watch-ResponderRole-*'
  nightlatch guard rcp --policy policy.yaml --pretty | less
"""


EXAMPLES = """\b
Examples:
  nightlatch guard plan
  nightlatch guard apply prod/orders/db --dry-run
  nightlatch guard scp --break-glass 'arn:aws:iam::*:role/BreakGlassSecrets' > scp.json
"""


def _all_checked(secrets: list[str] | None) -> list[str] | None:
    return None if secrets is None else [checked(secret) for secret in secrets]


app = typer.Typer(
    help="Deny what cannot be taken back: guards in resource policies, and policies for an organisation.",
    epilog=EXAMPLES,
    rich_markup_mode=None,
)


PLAN_EXAMPLES = """\b
Examples:
  nightlatch guard plan
  nightlatch guard plan prod/orders/db --local
  nightlatch guard plan --output json | jq '.[] | select(.due)'
"""
APPLY_EXAMPLES = """\b
Examples:
  nightlatch guard apply prod/orders/db --dry-run
  nightlatch guard apply prod/orders/db prod/pay/key
  nightlatch guard apply --all --yes
"""
REMOVE_EXAMPLES = """\b
Examples:
  nightlatch guard remove prod/orders/db --dry-run
  nightlatch guard remove prod/orders/db
  nightlatch guard remove prod/orders/db --local --yes
"""
SeveralSecrets = Annotated[
    list[str] | None, typer.Argument(metavar="SECRET", help="Names or ARNs of secrets.", callback=_all_checked)
]
PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE", exists=True, help="Policy file that names the break-glass roles."),
]
BreakGlass = Annotated[
    list[str] | None,
    typer.Option(metavar="ARN", help="A role or user kept for emergencies; * for any account. May be given again."),
]
OwnRole = Annotated[
    list[str] | None,
    typer.Option(metavar="ARN", help="The role that nightlatch acts with; that of the default stack without one."),
]
Window = Annotated[
    int,
    typer.Option(
        min=SHORTEST_WINDOW,
        max=LONGEST_WINDOW,
        metavar="DAYS",
        help="The shortest recovery window that stays possible.",
    ),
]
Pretty = Annotated[bool, typer.Option("--pretty", help="With line breaks, for people; they count in the size.")]


@app.command("plan", epilog=PLAN_EXAMPLES)
@shows
@with_options()
def plan(
    secrets: SeveralSecrets = None,
    *,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """List the secrets that shall have a guard, and what is missing; without a name all that the policy asks for."""
    from nightlatch.cli.acts import guarding  # noqa: PLC0415 - --help must not load the engine

    return guarding.plan(secrets or (), where, output)


@app.command("apply", epilog=APPLY_EXAMPLES + CODES_OF_ACTS)
@with_options()
def apply(
    secrets: SeveralSecrets = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every secret that the policy asks to guard.")] = False,
    asked: Asked,
    where: Where,
) -> int:
    """Put a guard into resource policies: force deletes are refused from then on; all else stays as it stands."""
    from nightlatch.cli.acts import guarding  # noqa: PLC0415 - --help must not load the engine

    return guarding.apply(secrets or (), every=every, asked=asked, where=where)


@app.command("remove", epilog=REMOVE_EXAMPLES + CODES_OF_ACTS)
@with_options(direct=False)
def remove(
    secret: Secret,
    *,
    asked: Asked,
    where: Where,
) -> int:
    """Take a guard out again: the policy is as it was before, byte for byte. Two people must say yes."""
    from nightlatch.cli.acts import guarding  # noqa: PLC0415 - --help must not load the engine

    return guarding.remove(secret, asked=asked, where=where)


@app.command("scp", epilog=SCP_EXAMPLES)
def scp(
    *,
    policy: PolicyFile = None,
    break_glass: BreakGlass = None,
    own_role: OwnRole = None,
    min_window_days: Window = SHORTEST_WINDOW,
    pretty: Pretty = False,
) -> int:
    """Print a service control policy: what the principals of an account may not do to secrets."""
    from nightlatch.cli.looks.guard_documents import write  # noqa: PLC0415 - --help must not load the engine

    return write("scp", policy, break_glass or (), own_role or (), min_window_days, pretty=pretty)


@app.command("rcp", epilog=RCP_EXAMPLES)
def rcp(
    *,
    policy: PolicyFile = None,
    break_glass: BreakGlass = None,
    own_role: OwnRole = None,
    min_window_days: Window = SHORTEST_WINDOW,
    pretty: Pretty = False,
) -> int:
    """Print a resource control policy: the same for everybody who reaches the account's secrets, its root included."""
    from nightlatch.cli.looks.guard_documents import write  # noqa: PLC0415 - --help must not load the engine

    return write("rcp", policy, break_glass or (), own_role or (), min_window_days, pretty=pretty)
