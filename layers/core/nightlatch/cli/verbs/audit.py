"""`nightlatch audit`: its options, and nothing else, for `--help` reads this module."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nightlatch.cli.speech.forms import shows
from nightlatch.cli.verbs import completing
from nightlatch.cli.verbs.options import with_options
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.practices import Practice

if TYPE_CHECKING:
    from nightlatch.reach.where import Where

EXAMPLES = """\b
Examples:
  nightlatch audit
  nightlatch audit --profile audit --region eu-west-1 --output html --out report.html
  nightlatch audit --practice rotation --fail-on HIGH --output sarif --out audit.sarif
"""


class AuditOutput(StrEnum):
    """Forms of an audit."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"  # a finding in each line, and so with the three that follow
    CSV = "csv"
    YAML = "yaml"
    ASFF = "asff"  # for Security Hub
    OCSF = "ocsf"  # for data lakes
    SARIF = "sarif"  # for code scanning and its viewers
    HTML = "html"  # one page for people


def practice_of(text: str | Practice) -> Practice:
    """Read a practice by its short name or its number."""
    if isinstance(text, Practice):
        return text
    found = next((one for one in Practice if text.strip().lower() in {one.short, str(one.number)}), None)
    if found is None:
        raise typer.BadParameter(f"no practice is called {text!r}; write one of {', '.join(p.short for p in Practice)}")
    return found


@shows
@with_options()
def audit(  # noqa: PLR0913 - one parameter is one option
    *,
    check: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GLOB",
            help="Only these checks, by their ids. May be given again.",
            autocompletion=completing.checks,
        ),
    ] = None,
    practice: Annotated[
        list[Practice] | None,
        typer.Option(
            metavar="NAME", parser=practice_of, help="Only this practice, such as rotation or 7. May be given again."
        ),
    ] = None,
    secret: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Only secrets of these names. May be given again.")
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Policy file, for its limits and mutes, instead of the one that is in force.",
        ),
    ] = None,
    trail: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", exists=True, help="Count use in these log files, with reads. May be given again."),
    ] = None,
    scan_logs: Annotated[
        bool,
        typer.Option(
            "--scan-logs", help="Also look through a week of rotation functions' log lines; no line is kept or shown."
        ),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume/--fresh", help="Go on with an audit that was stopped, or begin anew.")
    ] = True,
    last: Annotated[bool, typer.Option("--last", help="Write the last audit again; nothing is looked at.")] = False,
    compare: Annotated[
        bool, typer.Option("--compare", help="List only what is new or fixed since the audit before.")
    ] = False,
    fail_on: Annotated[
        Severity | None,
        typer.Option(
            case_sensitive=False,
            help="Exit with 3 for a finding at or above this; what is muted or fixed is none.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="Write to this file, for your eyes alone, not to stdout."),
    ] = None,
    output: Annotated[AuditOutput, typer.Option(case_sensitive=False, help="How to write it.")] = AuditOutput.TABLE,
    where: Where,
) -> int:
    """Look how secrets, their functions and the account stand by the ten practices; changes nothing, reads no value.

    Works with the caller's own credentials, whether or not a nightlatch is deployed here.
    """
    from nightlatch.cli.looks import auditing  # noqa: PLC0415 - --help must not load the engine
    from nightlatch.service.audit_scope import Scope  # noqa: PLC0415

    scope = Scope(checks=tuple(check or ()), practices=tuple(practice or ()), names=tuple(secret or ()))
    request = auditing.Request(
        where=where,
        scope=scope,
        policy=policy,
        trail=tuple(trail or ()),
        scans_lines=scan_logs,
        is_fresh=not resume,
        is_last=last,
        changes=compare,
        fail_on=fail_on,
        out=out,
        form=output.value,
    )
    return auditing.run(request)
