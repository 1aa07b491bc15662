"""What an audit came to, in sentences that the table and the page share."""

from __future__ import annotations

from datetime import UTC, datetime

from nightlatch.cli.report.report import Report
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.findings import FindingKind
from nightlatch.domain.posture.remarks import VANISHED
from nightlatch.domain.posture.reports import Score, Standing
from nightlatch.domain.posture.tallies import Blank


def number(count: int, one: str, many: str = "") -> str:
    """Write how many there are of something: `1 secret`, `1,204 secrets`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def day(at: datetime) -> str:
    """Write a day."""
    return f"{at.astimezone(UTC).day} {at.astimezone(UTC):%B %Y}"


def minute(at: datetime) -> str:
    """Write a moment to the minute."""
    return f"{day(at)}, {at.astimezone(UTC):%H:%M} UTC"


def verdict(report: Report) -> str:
    """Say in one sentence what was found."""
    seen = f"{number(report.run.secrets, 'secret')} and {number(report.run.functions, 'function')}"
    tally = report.tally
    if tally.total == 0:
        return f"Nothing was found in {seen}."
    grave = [
        f"{count:,} {severity.value.lower()}"
        for severity in (Severity.CRITICAL, Severity.HIGH)
        if (count := sum(tally.counts.get((severity, one), 0) for one in (Standing.NEW, Standing.OPEN)))
    ]
    told = f", {' and '.join(grave)} among them" if grave else ", none of them critical or high"
    return f"{number(tally.total, 'finding')} in {seen}{told}."


def comparison(report: Report) -> str:
    """Say what is different from the audit before."""
    new, still, fixed, spared = (report.tally.of(one) for one in Standing)
    if not still and not fixed and not spared:
        return "All of it is new: there is nothing to compare it with yet." if new else ""
    others = f"; {spared:,} that no check asks about any more" if spared else ""
    return f"Since the audit before: {new:,} new, {fixed:,} fixed, {still:,} still open{others}."


def blank_line(blank: Blank) -> str:
    """Say what could not be looked at or judged, where, and why."""
    others = blank.count - len(blank.names)
    names = ", ".join(blank.names) + (f" and {others:,} more" if others > 0 else "")
    if blank.about == VANISHED:
        return f"vanished during the audit: {names}"
    what = "could not judge" if blank.kind is FindingKind.FAULT else "could not look"
    return f"{what}: {blank.about} ({names}): {blank.why}"


def score_line(score: Score) -> str:
    """Say what a score is made of."""
    judged = score.clean + score.violated
    unseen = f"; {score.unseen:,} could not be judged" if score.unseen else ""
    if not judged:
        return f"nothing could be judged{unseen}" if unseen else "nothing to judge"
    return f"{score.clean:,} of {judged:,} as it should be{unseen}"
