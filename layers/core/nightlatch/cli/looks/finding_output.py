"""How findings look: a table for people, JSON for programs; the JSON fields are a public interface."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text

from nightlatch.cli.looks.finding_documents import asff_lines, ocsf_lines
from nightlatch.cli.speech.forms import Output
from nightlatch.cli.speech.terminal import cell
from nightlatch.cli.speech.writing import write as written
from nightlatch.domain.judging.findings import Finding, Severity, State

_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFORMATIONAL: "dim",
}


def write(findings: Sequence[Finding], output: Output) -> None:
    """Write findings to stdout."""
    match output:
        case Output.ASFF:
            sys.stdout.writelines(asff_lines(findings))
        case Output.OCSF:
            sys.stdout.writelines(ocsf_lines(findings))
        case _:
            fields = [as_fields(one) for one in findings]
            written(fields, output, lambda: _table(findings) if findings else "no findings")


def as_fields(finding: Finding) -> dict[str, object]:
    """Give a finding as the fields of one JSON line."""
    return {
        "rule": finding.rule,
        "catalogue": finding.catalogue,
        "severity": finding.severity.value,
        "title": finding.title,
        "reason": finding.reason,
        "principal": finding.principal.key,
        "secrets": [secret.text for secret in finding.secrets],
        "event_ids": list(finding.event_ids),
        "first_seen": _time(finding.first_seen),
        "last_seen": _time(finding.last_seen),
        "count": finding.count,
        "state": finding.state.value,
    }


def _table(findings: Sequence[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0))
    for heading in ("severity", "rule", "first seen (UTC)"):
        table.add_column(heading, no_wrap=True)
    table.add_column("what happened", overflow="fold", ratio=1)
    table.add_column("events", justify="right", no_wrap=True)
    for finding in findings:
        table.add_row(*_row(finding))
    return table


def _row(finding: Finding) -> tuple[Text, ...]:
    severity = cell(finding.severity.value, _STYLES[finding.severity])
    if finding.state is not State.OPEN:
        severity.append(f"\n{finding.state.value}", style="dim")
    rule = cell(finding.rule).append(f"\n{finding.catalogue}", style="dim")
    story = cell(finding.title).append_text(Text("\n")).append_text(cell(finding.reason, "dim"))
    return severity, rule, cell(f"{finding.first_seen:%Y-%m-%d %H:%M:%S}"), story, cell(str(finding.count))


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
