"""A score as a picture that reads without colour: solid is as it should be, hatched is not, dotted was not judged."""

from __future__ import annotations

from nightlatch.cli.report.page.markup import text
from nightlatch.cli.report.words import score_line
from nightlatch.domain.posture.reports import Score

_WIDTH, _HEIGHT = 320, 14
_LEAST = 3  # that one among ten thousand is still seen


def bar(score: Score) -> str:
    """Draw a score."""
    parts = (("clean", score.clean), ("off", score.violated), ("blank", score.unseen))
    drawn, at = "", 0
    for kind, width in zip((kind for kind, _ in parts), _widths([count for _, count in parts]), strict=True):
        if width:
            drawn += f'<rect class="{kind}" x="{at}" width="{width}" height="{_HEIGHT}"/>'
        at += width
    said = text(f"{score.practice.title}: {score_line(score)}")
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{said}">{drawn}'
        f'<rect class="edge" x=".5" y=".5" width="{_WIDTH - 1}" height="{_HEIGHT - 1}" rx="3"/></svg>'
    )


def _widths(counts: list[int]) -> list[int]:
    """Share the width out; whatever there is one of is seen, at the cost of the widest."""
    total = sum(counts)
    if not total:
        return [0 for _ in counts]
    widths = [max(_WIDTH * count // total, _LEAST) if count else 0 for count in counts]
    widest = widths.index(max(widths))
    widths[widest] += _WIDTH - sum(widths)
    return widths
