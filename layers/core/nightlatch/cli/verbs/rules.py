"""`nightlatch rules`: its verbs and options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from typing import Annotated

import typer

from nightlatch.cli.speech.forms import Form, shows
from nightlatch.cli.verbs import completing

app = typer.Typer(
    help="What nightlatch looks for: list the rules, explain one, run their examples, take them along.",
    epilog="\b\nExamples:\n  nightlatch rules list\n  nightlatch rules explain access.bulk-read\n"
    "  nightlatch rules test",
    rich_markup_mode=None,
)


@app.command(
    "list",
    epilog="\b\nExamples:\n  nightlatch rules list\n  nightlatch rules list --output json\n"
    "  nightlatch rules list --output json | jq -r '.[].id'",
)
@shows
def list_rules(
    *, output: Annotated[Form, typer.Option(case_sensitive=False, help="How to write the rules.")] = Form.TABLE
) -> int:
    """List every rule with its severity and technique."""
    from nightlatch.cli.looks.rule_output import write_list  # noqa: PLC0415 - --help must not load the catalogue

    return write_list(output)


@app.command(
    epilog="\b\nExamples:\n  nightlatch rules explain access.bulk-read\n  nightlatch rules explain ACC-01\n"
    "  nightlatch rules explain deletion.force-delete | less"
)
def explain(
    rule: Annotated[
        str,
        typer.Argument(
            metavar="RULE", help="The rule's id or its number in the catalogue.", autocompletion=completing.rules
        ),
    ],
) -> int:
    """Explain a rule: what it sees, what it cannot see, what to do next, and its examples."""
    from nightlatch.cli.looks.rule_output import write_explanation  # noqa: PLC0415 - --help must not load the catalogue

    return write_explanation(rule)


@app.command(
    "test",
    epilog="\b\nExamples:\n  nightlatch rules test\n  nightlatch rules test access.bulk-read\n"
    "  nightlatch rules test access.bulk-read ACC-02",
)
def prove(
    rules: Annotated[
        list[str] | None,
        typer.Argument(metavar="RULE", help="Ids of rules; all of them if none.", autocompletion=completing.rules),
    ] = None,
) -> int:
    """Run the examples that every rule carries."""
    from nightlatch.cli.looks.rule_output import write_test  # noqa: PLC0415 - --help must not load the catalogue

    return write_test(rules or [])


@app.command(
    "export",
    epilog="\b\nExamples:\n  nightlatch rules export --sigma --output ./sigma\n"
    "  nightlatch rules export --sigma > nightlatch.yml\n  nightlatch rules export --sigma | grep title:",
)
def export(
    *,
    sigma: Annotated[bool, typer.Option("--sigma", help="As Sigma rules: the only form as yet.")],
    output: Annotated[
        str, typer.Option(metavar="DIR|-", help="Folder for one file each; - for one stream on stdout.")
    ] = "-",
) -> int:
    """Write the rules that a single record decides for other tools; each says what it leaves out."""
    del sigma  # Typer asks for it: whoever adds a form later breaks no script
    from nightlatch.cli.looks.sigma_output import write_sigma  # noqa: PLC0415 - --help must not load the catalogue

    return write_sigma(output)
