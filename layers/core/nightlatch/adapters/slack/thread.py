"""How news and details look in an incident's thread: plain lines, escaped, as many as one message takes."""

from __future__ import annotations

from collections.abc import Sequence

from nightlatch.adapters.slack.budget import cut
from nightlatch.adapters.slack.text import escape_within, mrkdwn

REPLY_LIMIT = 2_900  # a section takes 3,000
LINE_LIMIT = 600
PREVIEW_LIMIT = 300
NEWS_LIMIT = 450
MOST_NEWS = 4

_PLAIN: dict[str, object] = {"unfurl_links": False, "unfurl_media": False, "parse": "none"}


def render_details(lines: Sequence[str]) -> tuple[dict[str, object], int]:
    """Build one message of the first lines; give it and how many of them it holds, one at least."""
    taken: list[str] = []
    for line in lines:
        text = _line(line)
        if taken and sum(len(one) + 1 for one in taken) + len(text) > REPLY_LIMIT:
            break
        taken.append(text)
    return _message(taken[0], taken), len(taken)


def render_news(lead: str, lines: Sequence[str]) -> dict[str, object]:
    """Build the message that everybody in the channel sees: of which incident, and what is new."""
    lead = _line(lead, NEWS_LIMIT)
    shown = [_line(line, NEWS_LIMIT) for line in lines[:MOST_NEWS]]
    if len(lines) > MOST_NEWS:
        shown.append(f"and {len(lines) - MOST_NEWS} more, in the message above")
    return _message(" · ".join([*shown, lead]), [f"*{lead}*", *shown])


def _message(preview: str, lines: Sequence[str]) -> dict[str, object]:
    text = "\n".join(lines)
    return {"text": cut(preview, PREVIEW_LIMIT), "blocks": [{"type": "section", "text": mrkdwn(text)}], **_PLAIN}


def _line(text: str, limit: int = LINE_LIMIT) -> str:
    return escape_within(text, limit).strip() or "…"
