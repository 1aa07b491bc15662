"""The message after an audit, for somebody who is tired: what it cannot see, what is new or graver, what is fixed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nightlatch.domain.answering.summaries import Summary
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.findings import PostureFinding
from nightlatch.domain.posture.listing import counted
from nightlatch.domain.posture.news import News

_FIXED_NAMED, _BLINDED_NAMED = 3, 10
_LINE_LIMIT = 220
_MORE = "Read more: nightlatch audit lists every finding with the command that mends it; or the console, under Audit"


def audit_message(news: News) -> Summary | None:
    """Write the message; None where nothing has come up that somebody must hear of today."""
    if not news.is_worth_telling:
        return None
    title = f"Audit: {', '.join(_heads(news)) or 'a mute has expired'}"
    worst = f"; the worst: {_named(news.new_grave[0])}" if news.new_grave else ""
    return Summary(
        key=f"digest-audit-{news.run.id}",  # a digest to machines: the schema of summaries is a promise
        title=title,
        sentence=f"{title}{worst}; {news.fixed_count} fixed; {_score(news)}",
        lines=tuple(_lines(news)),
    )


def export_message(mark: str, refused: Sequence[str], count: int, of: int) -> Summary:
    """Write the message about findings that Security Hub did not take.

    Args:
        mark: Tells it from the other messages about the audit.
        refused: The first of them, each in a line with AWS's code.
        count: How many there are.
        of: How many were exported.
    """
    title = f"Audit: Security Hub did not take {count:,} of {of:,} findings"
    return Summary(
        key=f"digest-audit-{mark}",
        title=title,
        sentence=f"{title}; the first: {refused[0]}"[:_LINE_LIMIT],
        lines=(*(one[:_LINE_LIMIT] for one in refused), *_more(count - len(refused)), _MORE),
    )


def _heads(news: News) -> Iterator[str]:
    if news.blinded:
        yield "it can no longer see much"
    if news.new_grave_count:
        yield f"{counted(news.new_grave_count, 'new finding')} of HIGH or worse"
    if news.risen_count:
        yield f"{counted(news.risen_count, 'finding')} graver than before"


def _lines(news: News) -> Iterator[str]:
    yield from (f"Could no longer look: {one}"[:_LINE_LIMIT] for one in news.blinded[:_BLINDED_NAMED])
    yield from _more(len(news.blinded) - _BLINDED_NAMED)
    yield from (_named(one) for one in news.new_grave)
    yield from _more(news.new_grave_count - len(news.new_grave))
    yield from (f"Was {one.was}, now {_named(one.finding)}"[:_LINE_LIMIT] for one in news.risen)
    yield from _more(news.risen_count - len(news.risen))
    yield from (f"Mute expired: {one}"[:_LINE_LIMIT] for one in news.expired_mutes)
    if news.fixed_count:
        others = news.fixed_count - _FIXED_NAMED
        more = f" and {others} more" if others > 0 else ""
        yield f"Fixed: {', '.join(news.fixed[:_FIXED_NAMED])}{more}"[:_LINE_LIMIT]
    stands = ", ".join(f"{news.open[one]} {one}" for one in sorted(news.open, key=_worst_first))
    muted = f"; {news.muted} muted" if news.muted else ""
    yield f"Open in all: {stands or 'nothing'}{muted}"
    yield _score(news).capitalize()
    if news.run.gaps:
        looks = "1 look was" if news.run.gaps == 1 else f"{news.run.gaps} looks were"
        yield f"{looks} refused or not possible; what was open there stays open"
    yield _MORE


def _more(left: int) -> Iterator[str]:
    if left > 0:
        yield f"and {left} more of them"


def _worst_first(severity: Severity) -> int:
    return -severity.rank


def _named(finding: PostureFinding) -> str:
    return f"{finding.severity}: {finding.title}: {finding.name} ({finding.check})"[:_LINE_LIMIT]


def _score(news: News) -> str:
    if news.score is None:
        return "nothing could be judged"
    before = news.run.score_before
    was = "" if before is None else ", as before" if before == news.score else f", was {before} %"
    return f"score {news.score} %{was}"
