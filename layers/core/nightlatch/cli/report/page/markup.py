"""Makes text of anybody's harmless inside a page: as markup, and as JSON inside a script element."""

from __future__ import annotations

import json
from html import escape

from nightlatch.cli.speech.terminal import plain


def text(words: str) -> str:
    """Write text between tags or in a quoted attribute; what cannot be seen is shown as an escape."""
    return escape(plain(words), quote=True)


def name(words: str) -> str:
    """Write a name, whose reading direction ends with it."""
    return f"<bdi>{text(words)}</bdi>"


def data(value: object) -> str:
    """Write JSON that no parser of HTML takes for an end of its script element, or for a comment."""
    written = json.dumps(value, separators=(",", ":"))
    return written.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def seen(words: str) -> str:
    """Give text for a script that writes it as text: it need not be escaped, but all of it must be visible."""
    return plain(words)
