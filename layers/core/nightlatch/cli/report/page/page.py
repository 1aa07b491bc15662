"""Writes the page: its head with a policy that lets in nothing, its parts, and the findings for its own script.

The content security policy names the style sheet and the script by their hashes; nothing else is styled or run, and
nothing is ever fetched. Source: W3C Content Security Policy Level 3 (hash sources; a policy in a meta element).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files

from nightlatch.cli.report.page import frame, sections
from nightlatch.cli.report.page.markup import text
from nightlatch.cli.report.page.rows import embedded
from nightlatch.cli.report.report import Report
from nightlatch.cli.report.words import day


def page_text(report: Report) -> Iterator[str]:
    """Write the whole page, piece by piece."""
    style, script = _asset("report.css"), _asset("report.js")
    title = f"Secrets audit of {report.run.account_id} in {report.run.region}, {day(report.at)}"
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        f'<title>{text(title)}</title>\n<link rel="icon" href="data:,">\n<style>{style}</style>\n</head>\n<body>\n'
    )
    yield frame.opening(report)
    yield '<main id="content" tabindex="-1">\n'
    yield sections.summary(report)
    yield sections.practices(report)
    yield sections.steps(report)
    yield frame.findings(report)
    yield sections.blanks(report)
    yield sections.mutes(report)
    yield sections.about(report)
    yield '</main>\n<script type="application/json" id="found">'
    yield from embedded(report.shown())
    yield f"</script>\n<script>{script}</script>\n</body>\n</html>\n"


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _hash(text_of: str) -> str:
    return f"sha256-{b64encode(sha256(text_of.encode()).digest()).decode()}"
