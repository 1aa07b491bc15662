"""Writes an audit for programs, a finding at a time: JSON, JSON lines, CSV and YAML.

Everything beyond ASCII leaves as an escape, so that no terminal obeys a name; a CSV cell that a spreadsheet would run
begins with an apostrophe. `whole` gives the document at once, for `--query` alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from nightlatch.cli.report.fields import head, row
from nightlatch.cli.report.report import Report
from nightlatch.cli.speech.writing import as_yaml, csv_lines

COLUMNS = (
    "id",
    "check",
    "practice",
    "kind",
    "severity",
    "standing",
    "name",
    "subject",
    "account",
    "region",
    "title",
    "reason",
    "evidence",
    "remedy",
    "command",
    "covers",
    "well_architected",
    "first_seen",
    "last_seen",
    "muted.checks",
    "muted.names",
    "muted.owner",
    "muted.reason",
    "muted.expires",
)


def whole(report: Report) -> dict[str, object]:
    """Give the whole document; it is as large as the audit found much."""
    return {**head(report), "findings": [row(one) for one in report.shown()]}


def json_lines(report: Report) -> Iterator[str]:
    """Write a finding in each line."""
    return (f"{json.dumps(row(one))}\n" for one in report.shown())


def json_text(report: Report) -> Iterator[str]:
    """Write one document; each finding stands on a line of its own."""
    yield f"{json.dumps(head(report), indent=2).removesuffix(chr(10) + '}')},\n  "
    yield '"findings": ['
    between = "\n"
    for one in report.shown():
        yield f"{between}    {json.dumps(row(one))}"
        between = ",\n"
    yield "]\n}\n" if between == "\n" else "\n  ]\n}\n"


def csv_text(report: Report) -> Iterator[str]:
    """Write a row for each finding under one line of names, which is there without a finding, too."""
    return csv_lines(COLUMNS, (row(one) for one in report.shown()))


def yaml_text(report: Report) -> Iterator[str]:
    """Write one document."""
    yield as_yaml(head(report))
    findings = report.shown()
    first = next(findings, None)
    if first is None:
        yield "findings: []\n"
        return
    yield "findings:\n"
    yield as_yaml([row(first)])
    for one in findings:
        yield as_yaml([row(one)])
