"""Makes other people's text safe for Slack: escaped, without hidden characters, cut to size."""

from __future__ import annotations

import re

_LOOKALIKES = str.maketrans({"`": "\u02bc", "*": "\u2217", "~": "\u223c"})  # no code fence, bold or strike
# Control and direction characters could reorder or break what a person reads.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def escape(text: str) -> str:
    """Make a text safe inside mrkdwn: no mention, link, code fence or hidden character gets through."""
    safe = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return safe.translate(_LOOKALIKES)


def visible(text: str) -> str:
    """Put a space in place of every character that cannot be seen; enough for plain text."""
    return _UNSAFE.sub(" ", text)


def clip(text: str, limit: int) -> str:
    """Cut a text to a limit, and show that it was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
