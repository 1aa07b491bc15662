"""`nightlatch policy`: its verbs and their options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.speech.forms import Form, shows
from nightlatch.cli.verbs.options import DryRun, Output, Yes, with_options

if TYPE_CHECKING:
    from nightlatch.reach.where import Where

app = typer.Typer(
    help="The policy file: check it, see what it would change, try it, put it in force.",
    epilog="\b\nExamples:\n  nightlatch policy check policy.yaml\n  nightlatch policy diff policy.yaml --local\n"
    "  nightlatch policy push policy.yaml",
    rich_markup_mode=None,
)
File = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="Policy in YAML or JSON.")]


@app.command(
    epilog="\b\nExamples:\n  nightlatch policy check policy.yaml\n  nightlatch policy check policy.yaml --output json\n"
    "  nightlatch policy check policy.yaml && nightlatch policy test policy.yaml"
)
@shows
def check(file: File, *, output: Output = Form.TABLE) -> int:
    """Check a policy file and say all that is wrong with it; needs no AWS account. Ends with 1 where something is."""
    from nightlatch.cli.policy.checking import check_file  # noqa: PLC0415 - --help must not load the engine

    return check_file(file, output)


@app.command(
    epilog="\b\nExamples:\n  nightlatch policy diff policy.yaml\n  nightlatch policy diff policy.yaml --local\n"
    "  nightlatch policy diff policy.yaml --against main.yaml --output json"
)
@shows
@with_options()
def diff(
    file: File,
    *,
    against: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Another file instead of what is in force."),
    ] = None,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """Say what a policy would change: modes, what is done without asking, who may say yes, what is silenced."""
    from nightlatch.cli.policy import differing  # noqa: PLC0415

    return differing.diff(file, against, where, output)


@app.command(
    "test",
    epilog="\b\nExamples:\n  nightlatch policy test policy.yaml\n  nightlatch policy test policy.yaml --output json\n"
    "  nightlatch policy test policy.yaml && nightlatch policy push policy.yaml",
)
@shows
def prove(file: File, *, output: Output = Form.TABLE) -> int:
    """Judge the events under `tests` in a policy file by the engine, offline. Ends with 1 where one fails."""
    from nightlatch.cli.looks.trying import test_file  # noqa: PLC0415 - --help must not load the engine

    return test_file(file, output)


@app.command(
    epilog="\b\nExamples:\n  nightlatch policy push policy.yaml\n  nightlatch policy push policy.yaml --dry-run\n"
    "  nightlatch policy push policy.yaml --stack nightlatch-prod --region eu-west-1 --yes"
)
@with_options()
def push(
    file: File,
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    where: Where,
) -> int:
    """Put a policy in force: check and try it, show what it changes, ask, store it with your own rights."""
    from nightlatch.cli.acts import pushing  # noqa: PLC0415

    return pushing.push(file, where, dry_run=dry_run, yes=yes)


@app.command(
    epilog="\b\nExamples:\n  nightlatch policy show\n  nightlatch policy show --local --output yaml > policy.yaml\n"
    "  nightlatch policy show --version 6 --output json > before.json && nightlatch policy push before.json"
)
@shows
@with_options()
def show(
    *,
    version: Annotated[
        int | None, typer.Option(min=1, help="An earlier version of the parameter; the one in force if none.")
    ] = None,
    where: Where,
    output: Output = Form.TABLE,
) -> int:
    """Show the policy in force, with the hash that every alert bears; as JSON or YAML it is a policy file."""
    from nightlatch.cli.policy import showing  # noqa: PLC0415

    return showing.show(where, version, output)


@app.command(
    epilog="\b\nExamples:\n  nightlatch policy schema > policy.schema.json\n"
    "  nightlatch policy schema | jq '.properties | keys'\n  nightlatch policy schema | less"
)
def schema() -> int:
    """Write the JSON Schema of a policy file, which `# yaml-language-server: $schema=policy.schema.json` names."""
    from nightlatch.cli.policy.schema import write_schema  # noqa: PLC0415 - --help must not load the engine

    return write_schema()
