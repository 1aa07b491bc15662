"""The parts of the page that can be read without its script: what it came to, scores, next steps, gaps, mutes."""

from __future__ import annotations

from collections.abc import Iterable

from nightlatch.cli.report.page.bars import bar
from nightlatch.cli.report.page.markup import name, text
from nightlatch.cli.report.report import Report
from nightlatch.cli.report.words import comparison, day, minute, number, score_line, verdict
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.findings import FindingKind, Mute
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.reports import Score, Standing, Step
from nightlatch.domain.posture.tallies import Blank


def section(id_: str, title: str, inside: str) -> str:
    """Write a part under its heading."""
    return f'<section aria-labelledby="{id_}">\n<h2 id="{id_}">{text(title)}</h2>\n{inside}</section>\n'


def summary(report: Report) -> str:
    """Say what was found, how grave it is, and what has changed."""
    tiles = "".join(_tile(report, severity) for severity in reversed(Severity))
    missing = report.tally.missing
    careful = (
        f'<p class="careful">This audit is not whole: {number(len(missing), "question")} could not be answered '
        'everywhere. <a href="#blanks">See which</a></p>\n'
        if missing
        else ""
    )
    narrowed = f'<p class="soft">Asked for alone: {text(" ".join(report.narrowed))}</p>\n' if report.narrowed else ""
    return (
        f'<section class="first" aria-label="What it came to">\n<p class="verdict">{text(verdict(report))}</p>\n'
        f'<p class="soft">{text(comparison(report))}</p>\n{narrowed}{careful}'
        f'<ul class="tiles">{tiles}</ul>\n</section>\n'
    )


def _tile(report: Report, severity: Severity) -> str:
    counts = report.tally.counts
    new, still, fixed = (counts.get((severity, one), 0) for one in (Standing.NEW, Standing.OPEN, Standing.FIXED))
    return (
        f'<li class="tile s{severity.rank}"><span class="much">{new + still:,}</span>'
        f'<span class="what">{text(severity.value.capitalize())}</span>'
        f'<span class="change">{new:,} new, {fixed:,} fixed</span></li>'
    )


def practices(report: Report) -> str:
    """Draw each practice's score."""
    items = "".join(_practice(score, report.tally.by_practice.get(score.practice, 0)) for score in report.scores)
    key = (
        '<p class="soft lead">Every check of a practice, on every secret and function and on the account.</p>\n'
        '<p class="key"><span><i class="k clean"></i>as it should be</span><span><i class="k off"></i>not so</span>'
        '<span><i class="k blank"></i>could not be judged</span></p>\n'
    )
    return section("practices", "The ten practices", f'{key}<ol class="scores">{items}</ol>\n')


def _practice(score: Score, findings: int) -> str:
    percent = "&ndash;" if score.percent is None else f"{score.percent}<small>%</small>"
    found = (
        f'<button type="button" class="plain show" data-practice="{[*Practice].index(score.practice)}" hidden>'
        f'{number(findings, "finding")}<span class="unseen"> of {text(score.practice.title)}: show</span></button>'
        f'<span class="plainly">{number(findings, "finding")}</span>'
        if findings
        else '<span class="soft">no findings</span>'
    )
    return (
        f'<li><span class="no">{score.practice.number}</span><span class="title">{text(score.practice.title)}</span>'
        f'<span class="bar">{bar(score)}<span class="made">{text(score_line(score))}</span></span>'
        f'<span class="percent">{percent}</span><span class="found">{found}</span></li>'
    )


def steps(report: Report) -> str:
    """List what to do next, each with its command."""
    if not report.tally.steps:
        return section("steps", "What to do next", '<p class="soft">Nothing: no finding asks for anything.</p>\n')
    items = "".join(map(_step, report.tally.steps))
    said = f"The {len(report.tally.steps)} most useful steps, by how many it would help and how grave they are."
    return section("steps", "What to do next", f'<p class="soft">{said}</p>\n<ol class="steps">{items}</ol>\n')


def _step(step: Step) -> str:
    more = step.count - len(step.names)
    names = ", ".join(map(name, step.names)) + (f" and {more:,} more" if more > 0 else "")
    said = "The command" if step.count == 1 else "The command for the first of them"
    command = "" if step.command is None else copied(step.command, said)
    return (
        f'<li class="card"><div class="line"><h3>{text(step.title)}</h3>{chip(step.severity)}</div>'
        f'<p class="names">{names}</p><p>{text(step.remedy)}</p>{command}'
        f'<p><button type="button" class="plain show" data-check="{text(step.check)}" hidden>'
        f'{number(step.count, "finding")}<span class="unseen"> of {text(step.check)}: show</span></button> '
        f'<code class="check">{text(step.check)}</code></p></li>'
    )


def copied(command: str, said: str) -> str:
    """Write a command that can be copied."""
    return (
        f'<div class="command"><p class="soft">{text(said)}</p><pre tabindex="0">{text(command)}</pre>'
        '<button type="button" class="copy" hidden>Copy</button></div>'
    )


def chip(severity: Severity) -> str:
    """Name a severity: by a word and a shape, not by colour alone."""
    return f'<span class="chip s{severity.rank}">{text(severity.value.capitalize())}</span>'


def blanks(report: Report) -> str:
    """Say what could not be looked at."""
    known = report.tally.blanks
    if not known:
        return section("blanks", "What could not be looked at", '<p class="soft">Everything was looked at.</p>\n')
    return section("blanks", "What could not be looked at", f'<ul class="cards">{"".join(map(_blank, known))}</ul>\n')


def _blank(blank: Blank) -> str:
    more = blank.count - len(blank.names)
    names = ", ".join(map(name, blank.names)) + (f" and {more:,} more" if more > 0 else "")
    failed = "" if blank.kind is FindingKind.UNSEEN else "A check failed: "
    muted = ' <span class="chip quiet">Muted</span>' if blank.is_muted else ""
    left_out = "".join(f"<li>{text(one)}</li>" for one in blank.evidence)
    listed = f"<details><summary>{number(len(blank.evidence), 'check')} left out</summary><ul>{left_out}</ul></details>"
    return (
        f'<li class="card"><div class="line"><h3>{failed}<code>{text(blank.about)}</code></h3>{muted}</div>'
        f'<p>{text(blank.why)}</p><p class="names">{names}</p>{listed if left_out else ""}</li>'
    )


def mutes(report: Report) -> str:
    """List who chose not to hear of what, why and until when."""
    known = report.tally.mutes
    if not known:
        return section("mutes", "What is muted", '<p class="soft">Nothing is muted.</p>\n')
    rows = "".join(_mute(mute, count) for mute, count in known)
    head = "".join(f'<th scope="col">{one}</th>' for one in ("Checks", "Names", "Owner", "Reason", "Until", "Findings"))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return section(
        "mutes",
        "What is muted",
        f'<div class="scroll" role="region" aria-labelledby="mutes" tabindex="0">{table}</div>\n',
    )


def _mute(mute: Mute, count: int) -> str:
    cells = (", ".join(mute.checks), ", ".join(mute.names), mute.owner, mute.reason, day(mute.expires))
    return f'<tr>{"".join(f"<td>{name(one)}</td>" for one in cells)}<td class="amount">{count:,}</td></tr>'


def about(report: Report) -> str:
    """Say how the audit went."""
    run = report.run
    a_secret = f" ({run.calls / run.secrets:.1f} for each secret)" if run.secrets else ""
    facts = (
        ("Audit", run.id),
        ("Begun", minute(run.begun_at)),
        ("Ended", minute(run.finished_at) if run.finished_at else "not yet"),
        ("Looked at", f"{number(run.secrets, 'secret')}, {number(run.functions, 'function')}"),
        ("Calls to AWS", f"{run.calls:,}{a_secret}"),
        ("nightlatch", report.nightlatch),
        ("Policy", report.policy or "none: built-in limits, no mutes"),
    )
    return section("about", "About this audit", f'<dl class="facts">{_facts(facts)}</dl>\n')


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<div><dt>{text(one)}</dt><dd>{name(said)}</dd></div>" for one, said in facts)
