"""Makes other people's text safe for Slack: escaped, without hidden characters, cut to size."""

from __future__ import annotations

import re
from collections.abc import Sequence

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


def clip_middle(text: str, limit: int) -> str:
    """Cut a text to a limit so that its beginning and its end stay: of long names it is the end that tells."""
    if len(text) <= limit:
        return text
    head = limit // 2
    return f"{text[:head]}…{text[head + 1 - limit :]}"


def told_apart(texts: Sequence[str], limit: int) -> list[str]:
    """Cut texts to a limit so that no two look alike, for somebody chooses among them.

    Where beginning and end are the same, they are shown from where they differ; what cannot be told apart is numbered.
    """
    whole = [visible(text).strip() or "…" for text in texts]
    cut = {text: clip_middle(text, limit) for text in whole}
    by_look: dict[str, list[str]] = {}
    for text, look in cut.items():
        by_look.setdefault(look, []).append(text)
    for alike in by_look.values():
        if len(alike) > 1:
            start = next((at for at, here in enumerate(zip(*alike, strict=False)) if len(set(here)) > 1), 0)
            cut |= {text: clip_middle(f"…{text[start:]}", limit) for text in alike}
    shown = [cut[text] for text in whole]
    if len(set(shown)) == len(shown):
        return shown
    return [clip_middle(f"{number}. {text}", limit) for number, text in enumerate(shown, start=1)]
