"""Writes an audit for a person at a terminal: scores, what to do next, how grave it is, and the worst findings.

Never all findings: ten thousand lines are read by nobody. The last line says how to see the rest.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nightlatch.cli.report.report import Report
from nightlatch.cli.report.words import comparison, minute, number, verdict
from nightlatch.cli.speech.terminal import cell, plain
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.reports import Kept, Score, Standing, Step

_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFORMATIONAL: "dim",
}
_BAR = 10


def table_of(report: Report, *, place: str) -> RenderableType:
    """Draw an audit.

    Args:
        report: What to draw.
        place: The options that name stage, stack, profile and Region, for the command that shows the rest.
    """
    return Group(*_parts(report, place))


def _parts(report: Report, place: str) -> Iterator[RenderableType]:
    run, tally = report.run, report.tally
    yield plain(f"Account {run.account_id} in {run.region}, {minute(report.at)}")
    yield plain(verdict(report))
    yield from (plain(line) for line in (comparison(report),) if line)
    yield ""
    yield _scores(report)
    if tally.steps:
        yield from ("", _steps(tally.steps))
    if tally.counts:
        yield from ("", _counts(report))
    if tally.worst:
        yield from ("", _worst(tally.worst))
    if tally.muted:
        yield from ("", f"{number(tally.muted, 'finding is', 'findings are')} muted.")
    rest = tally.total - len(tally.worst)
    if rest > 0:
        again = f"nightlatch audit --last{place} --output html --out report.html"
        yield from ("", plain(f"{number(rest, 'more finding')}: {again}"))


def _new(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table


def _scores(report: Report) -> Table:
    table = _new("#")
    table.add_column("practice", overflow="fold", ratio=1)
    for heading in ("score", "", "as it should be", "not judged", "findings"):
        table.add_column(heading, justify="left" if heading in {"", "score"} else "right", no_wrap=True)
    for score in report.scores:
        percent = "-" if score.percent is None else f"{score.percent} %"
        found = report.tally.by_practice.get(score.practice, 0)
        judged = score.clean + score.violated
        made = f"{score.clean:,} of {judged:,}" if judged else "-"
        unseen = f"{score.unseen:,}" if score.unseen else "-"
        cells = (str(score.practice.number), score.practice.title, percent, _bar(score), made, unseen, f"{found:,}")
        table.add_row(*map(cell, cells))
    return table


def _bar(score: Score) -> str:
    if score.percent is None:
        return ""
    full = _BAR * score.percent // 100
    return "█" * full + "░" * (_BAR - full)


def _steps(steps: tuple[Step, ...]) -> Table:
    table = _new("#", "severity")
    table.add_column("what to do next", overflow="fold", ratio=1)
    for place, step in enumerate(steps, start=1):
        more = step.count - len(step.names)
        names = ", ".join(step.names) + (f" and {more:,} more" if more > 0 else "")
        said = cell(f"{step.title}: {names}").append_text(Text("\n")).append_text(cell(step.remedy, "dim"))
        if step.command is not None:
            said.append_text(Text("\n")).append_text(cell(step.command))
        table.add_row(cell(str(place)), cell(step.severity.value, _STYLES[step.severity]), said)
    return table


def _counts(report: Report) -> Table:
    table = _new("findings")
    for standing in Standing:
        table.add_column(standing.value, justify="right", no_wrap=True)
    for severity in reversed(Severity):
        counts = (report.tally.counts.get((severity, standing), 0) for standing in Standing)
        table.add_row(cell(severity.value, _STYLES[severity]), *(cell(f"{count:,}") for count in counts))
    return table


def _worst(worst: tuple[Kept, ...]) -> Table:
    table = _new("severity", "", "check")
    table.add_column("what was found", overflow="fold", ratio=1)
    for one in worst:
        finding = one.finding
        said = cell(f"{finding.title}: {finding.name}").append_text(Text("\n")).append_text(cell(finding.reason, "dim"))
        severity = cell(finding.severity.value, _STYLES[finding.severity])
        table.add_row(severity, cell(one.standing.value, "dim"), cell(finding.check), said)
    return table
