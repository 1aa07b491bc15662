"""After this module a reader knows how a dashboard's widgets become one page: headings, lines as SVG, tables.

The page asks for nothing from elsewhere, and every text on it is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from nightlatch.local.dashboard.evaluating import Series, query, search
from nightlatch.local.dashboard.readings import Readings

_WIDTH, _HEIGHT, _MOST_LINES, _COLOURS = 360.0, 110.0, 8, 6
_SUFFIX = re.compile(r"-[0-9A-F]{12}(?=$|\.)")
_CELL_PX = 40  # a unit of CloudWatch's grid


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page, and what each widget shows: how many numbers, or rows of logs."""

    html: str
    numbers: Mapping[str, int]


def draw(body: Mapping[str, Any], readings: Readings, lines: Sequence[Mapping[str, object]]) -> Drawn:
    """Draw a dashboard's body.

    Args:
        body: As CloudWatch holds it.
        readings: What was measured.
        lines: What the functions logged, parsed.
    """
    numbers: dict[str, int] = {}
    parts: list[str] = []
    for widget in body["widgets"]:
        shown = widget["properties"]
        match widget["type"]:
            case "text":
                inner = f"<h2>{escape(shown['markdown'].lstrip('# '))}</h2>"
            case "log":
                names, rows = query(shown["query"], lines)
                numbers[shown["title"]] = len(rows)
                inner = _titled(shown["title"], _table(names, rows))
            case _:
                series = [one for asked in shown["metrics"] for one in search(asked[0]["expression"], readings)]
                numbers[shown["title"]] = sum(len(one.points) for one in series)
                inner = _titled(shown["title"], _picture(series))
        parts.append(f'<section class="{widget["type"]}" style="{_place(widget)}">{inner}</section>')
    return Drawn(f"{_HEAD}<main>{''.join(parts)}</main></body></html>\n", numbers)


def _place(widget: Mapping[str, Any]) -> str:
    column, row = widget["x"] + 1, widget["y"] + 1
    return f"grid-column:{column}/span {widget['width']};grid-row:{row}/span {widget['height']}"


def _titled(title: str, inner: str) -> str:
    return f"<h3>{escape(title)}</h3>{inner}"


def _picture(series: Sequence[Series]) -> str:
    """Draw the lines that move first, and name the latest number of each."""
    ordered = sorted(series, key=lambda one: (-max(value for _, value in one.points), one.metric, one.part))
    shown = ordered[:_MOST_LINES]
    more = f"<li>and {len(series) - len(shown)} more</li>" if len(series) > len(shown) else ""
    names = "".join(
        f'<li class="c{number % _COLOURS}"><b>{one.last:,.4g}</b> {escape(_label(one, series))}</li>'
        for number, one in enumerate(shown)
    )
    return f"{_lines(shown)}<ul>{names}{more}</ul>"


def _label(one: Series, among: Sequence[Series]) -> str:
    """Say what tells a line from the others of its picture, without the stack's name and CloudFormation's suffix."""
    part = _SUFFIX.sub("", one.part.removeprefix("nightlatch-"))
    words = {"metric": one.metric, "part": part, "statistic": one.statistic}
    telling = [word for name, word in words.items() if len({getattr(other, name) for other in among}) > 1]
    return " ".join(telling) or one.metric


def _lines(series: Sequence[Series]) -> str:
    moments = [at.timestamp() for one in series for at, _ in one.points]
    if not moments:
        return '<p class="none">no data</p>'
    first, span = min(moments), max(max(moments) - min(moments), 1.0)
    highest = max(value for one in series for _, value in one.points)
    top = highest or 1.0
    drawn = "".join(
        f'<g class="c{number % _COLOURS}">{"".join(_marks(one, first, span, top))}</g>'
        for number, one in enumerate(series)
    )
    axis = f'<line x1="0" y1="{_HEIGHT}" x2="{_WIDTH}" y2="{_HEIGHT}" class="axis"/>'
    return (
        f'<svg viewBox="-44 -6 {_WIDTH + 52} {_HEIGHT + 12}" role="img">{axis}{drawn}'
        f'<text x="-8" y="6">{highest:,.4g}</text><text x="-8" y="{_HEIGHT}">0</text></svg>'
    )


def _marks(one: Series, first: float, span: float, top: float) -> Iterator[str]:
    places = [((at.timestamp() - first) / span * _WIDTH, _HEIGHT - value / top * _HEIGHT) for at, value in one.points]
    yield f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'
    yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2"/>' for x, y in places)


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<div class=rows><table><tr>{head}</tr>{body}</table></div>"


_HEAD = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>nightlatch: dashboard of the stage</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root {{ color-scheme: light dark; --page: #f4f6f8; --card: #fff; --text: #16202a; --faint: #5b6875; --line: #d5dce3;
  --c0: #1f5fbf; --c1: #b3261e; --c2: #1b7a4b; --c3: #a65a00; --c4: #6d3fb5; --c5: #0b7285; }}
@media (prefers-color-scheme: dark) {{ :root {{ --page: #10151a; --card: #1a2129; --text: #e6ebf0; --faint: #9aa7b4;
  --line: #323d48; --c0: #7fb0ff; --c1: #ff8f85; --c2: #66d19a; --c3: #f2b263; --c4: #bb9cf5; --c5: #63cbdb; }} }}
body {{ margin: 0; background: var(--page); color: var(--text); font: 13px/1.35 system-ui, sans-serif; }}
main {{ display: grid; grid-template-columns: repeat(24, 1fr); grid-auto-rows: {_CELL_PX}px; gap: 6px 8px; }}
main {{ padding: 12px; }}
section {{ overflow: hidden; }}
.metric, .log {{ background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 8px 10px; }}
h2 {{ font-size: 15px; margin: 10px 0 0; }} h3 {{ font-size: 12.5px; margin: 0 0 4px; }}
svg {{ width: 100%; height: 128px; }} svg text {{ fill: var(--faint); font-size: 11px; text-anchor: end; }}
.axis {{ stroke: var(--line); }} polyline {{ fill: none; stroke: currentColor; stroke-width: 1.6; }}
circle {{ fill: currentColor; }}
ul {{ list-style: none; margin: 2px 0 0; padding: 0; columns: 2; font-size: 11px; }}
li {{ white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }}
table {{ border-collapse: collapse; font-size: 11px; width: 100%; }}
th, td {{ text-align: left; padding: 2px 6px 2px 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }}
.c0 {{ color: var(--c0); }} .c1 {{ color: var(--c1); }} .c2 {{ color: var(--c2); }} .c3 {{ color: var(--c3); }}
.c4 {{ color: var(--c4); }} .c5 {{ color: var(--c5); }} .none {{ color: var(--faint); }}
</style></head><body>"""
