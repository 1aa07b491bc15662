"""Makes other people's text safe for Slack: escaped, without hidden characters, cut to size."""

from __future__ import annotations

import re

_LOOKALIKES = str.maketrans({"`": "\u02bc", "*": "\u2217", "~": "\u223c"})  # no code fence, bold or strike
# Control and direction characters could reorder or break what a person reads.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def escape(text: str) -> str:
    """Make a text safe inside mrkdwn: no mention, link, code fence or hidden character gets through."""
    safe = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return safe.translate(_LOOKALIKES)


def escape_within(text: str, limit: int) -> str:
    """Make a text safe and cut it to a limit that holds for what escaping makes of it; no escape is cut in two."""
    safe = escape(text)
    if len(safe) <= limit:
        return safe
    cut = safe[: limit - 1]
    start = cut.rfind("&")
    if start >= 0 and ";" not in cut[start:]:
        cut = cut[:start]
    return f"{cut}…"


def mrkdwn(text: str) -> dict[str, object]:
    """Wrap a safe text; Slack must not look for links, channels and mentions in plain words.

    Source: Slack, text object (`verbatim`: without it URLs become links and certain mentions are parsed).
    """
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def visible(text: str) -> str:
    """Put a space in place of every character that cannot be seen; enough for plain text."""
    return _UNSAFE.sub(" ", text)


def clip(text: str, limit: int) -> str:
    """Cut a text to a limit, and show that it was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
