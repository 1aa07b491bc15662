"""Runs the doctor: looks at everything that nightlatch needs to see and to tell, and prints what mends the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table

from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, progress, say
from nightlatch.cli.speech.writing import write
from nightlatch.domain.watching.diagnosis import Line, Verdict
from nightlatch.reach.examination import Examination
from nightlatch.reach.where import Where, connect

_COLOURS = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red", Verdict.UNSEEN: "yellow"}


def run(where: Where, output: Form) -> ExitCode:
    """Look at everything and write a line for each.

    Raises:
        NotFound: No stage or stack.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    stack = connection.settings.stack or where.stack
    lines: list[Line] = []
    with progress() as doing:
        for line in Examination(connection, stack, connection.region, is_local=where.local).lines():
            lines.append(line)
            doing(f"looked at {line.about}")
    show(lines, output)
    return code_of(lines)


def show(lines: Sequence[Line], output: Form) -> None:
    """Write the lines, and how many of each kind."""
    write([_fields(line) for line in lines], output, lambda: _table(lines))
    counts = {verdict: sum(line.verdict is verdict for line in lines) for verdict in Verdict}
    say(" ".join(f"{verdict.replace(' ', '-')}={count}" for verdict, count in counts.items()))


def code_of(lines: Iterable[Line]) -> ExitCode:
    """Say how it ended: 3 where something does not work, else 4 where something could not be looked at."""
    verdicts = {line.verdict for line in lines}
    if Verdict.FAIL in verdicts:
        return ExitCode.FINDINGS
    return ExitCode.PARTIAL if Verdict.UNSEEN in verdicts else ExitCode.CLEAN


def _fields(line: Line) -> dict[str, str]:
    return {"about": line.about, "verdict": line.verdict.value, "said": line.said, "fix": line.fix}


def _table(lines: Iterable[Line]) -> Table:
    table = Table("", "what", "how it stands, and what mends it", box=None, pad_edge=False)
    for line in lines:
        verdict = cell(line.verdict.value, _COLOURS[line.verdict])
        table.add_row(verdict, cell(line.about), cell(f"{line.said}{f'; fix: {line.fix}' if line.fix else ''}"))
    return table
