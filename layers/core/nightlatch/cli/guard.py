"""`nightlatch guard`: its verbs and their options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nightlatch.domain.guards import LONGEST_WINDOW, SHORTEST_WINDOW

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

app = typer.Typer(
    help="Deny what cannot be taken back: guards in resource policies, and policies for an organisation.",
    rich_markup_mode=None,
)


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
    from nightlatch.cli.guard_documents import write  # noqa: PLC0415 - --help must not load the engine

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
    from nightlatch.cli.guard_documents import write  # noqa: PLC0415 - --help must not load the engine

    return write("rcp", policy, break_glass or (), own_role or (), min_window_days, pretty=pretty)
