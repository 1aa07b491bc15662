"""What stands around the parts of the page: its beginning, and the tools by which findings are looked through."""

from __future__ import annotations

from nightlatch.cli.report.page.markup import name, text
from nightlatch.cli.report.page.rows import SEVERITIES
from nightlatch.cli.report.report import Report
from nightlatch.cli.report.words import minute
from nightlatch.domain.posture.practices import Practice

_HATCH = (
    '<svg class="patterns" aria-hidden="true" focusable="false"><defs>'
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="under" width="6" height="6"/><line class="stripe" x1="0" y1="0" x2="0" y2="6"/></pattern>'
    '<pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect class="bare" width="6" height="6"/><circle class="dot" cx="3" cy="3" r="1"/></pattern></defs></svg>'
)
_STANDINGS = (
    ("new", "New", True),
    ("open", "Still open", True),
    ("fixed", "Fixed", False),
    ("spared", "No longer asked", False),
    ("muted", "Muted", False),
)


def opening(report: Report) -> str:
    """Write whose page it is."""
    run = report.run
    return (
        f'{_HATCH}\n<a class="skip" href="#findings">Skip to the findings</a>\n<header class="top">\n'
        '<p class="brand">nightlatch</p>\n<div>\n<h1>Secrets Manager audit</h1>\n'
        f'<p class="where">Account {name(run.account_id)} <span aria-hidden="true">·</span> {name(run.region)} '
        f'<span aria-hidden="true">·</span> <time>{text(minute(report.at))}</time></p>\n</div>\n</header>\n'
    )


def findings(report: Report) -> str:
    """Write the tools; the rows are drawn by the page's own script."""
    return (
        '<section aria-labelledby="findings">\n<h2 id="findings" tabindex="-1">Findings</h2>\n'
        '<p class="careful" id="unscripted">The list needs this page\'s own script. Without it, write the findings '
        "with <code>nightlatch audit --last --output csv</code>.</p>\n"
        f'{_only_changes(report)}<form class="tools" id="tools" hidden>\n'
        '<div class="field grow"><label for="words">Search</label>'
        '<input type="search" id="words" autocomplete="off" spellcheck="false" '
        'placeholder="Name, ARN, check or words"></div>\n'
        '<div class="field"><label for="practice">Practice</label>'
        f'<select id="practice">{_practices()}</select></div>\n'
        f'<fieldset><legend>Severity</legend><div class="chips">{_severities()}</div></fieldset>\n'
        f'<fieldset><legend>Standing</legend><div class="chips">{_standings()}</div></fieldset>\n'
        '<div class="said"><p id="count" role="status"></p>'
        '<button type="button" id="clear" class="plain" hidden>Show all again</button></div>\n'
        '</form>\n<ol class="rows" id="rows"></ol>\n'
        '<p class="empty" id="nothing" hidden>Nothing fits. Take a filter away to see more.</p>\n'
        '<p class="center"><button type="button" id="more" hidden>Show more</button></p>\n'
        '<p class="printed" id="printed"></p>\n</section>\n'
    )


def _only_changes(report: Report) -> str:
    return '<p class="soft">Only what is new or fixed since the audit before.</p>\n' if report.changes else ""


def _practices() -> str:
    options = (
        f'<option value="{place}">{one.number}. {text(one.title)}</option>' for place, one in enumerate(Practice)
    )
    return f'<option value="">All ten</option>{"".join(options)}'


def _severities() -> str:
    ranked = reversed([*enumerate(SEVERITIES)])
    return "".join(_chip(f"severity-{rank}", one.value.capitalize(), is_on=True) for rank, one in ranked)


def _standings() -> str:
    return "".join(_chip(f"standing-{short}", said, is_on=is_on) for short, said, is_on in _STANDINGS)


def _chip(id_: str, said: str, *, is_on: bool) -> str:
    checked = " checked" if is_on else ""
    return f'<label class="choice"><input type="checkbox" id="{id_}"{checked}><span>{text(said)}</span></label>'
