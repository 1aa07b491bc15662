"""How a digest or a storm looks in Slack: a headline, and as many lines as one message takes."""

from __future__ import annotations

from nightlatch.adapters.slack.buttons import Block, plain
from nightlatch.adapters.slack.text import escape_within, mrkdwn
from nightlatch.domain.answering.summaries import Summary

SECTION_LIMIT = 2_800  # Slack allows 3,000
MOST_SECTIONS = 3  # all of a message stays below 10,000 characters
LINE_LIMIT = 240
SENTENCE_LIMIT = 500


def render_summary(summary: Summary) -> dict[str, object]:
    """Build the message of a summary; lines that have no room are counted."""
    sections: list[list[str]] = [[]]
    shown = 0
    for line in summary.lines:
        text = f"• {escape_within(line, LINE_LIMIT)}"
        if sum(len(one) + 1 for one in sections[-1]) + len(text) > SECTION_LIMIT:
            if len(sections) == MOST_SECTIONS:
                break
            sections.append([])
        sections[-1].append(text)
        shown += 1
    left = len(summary.lines) - shown
    blocks: list[Block] = [{"type": "header", "text": plain(summary.title, 150)}]
    blocks += [{"type": "section", "text": mrkdwn("\n".join(some))} for some in sections if some]
    if left:
        blocks.append({"type": "context", "elements": [mrkdwn(f"and {left} more lines")]})
    colour = "#57606a" if summary.is_over else "#bf8700"
    return {
        "text": escape_within(summary.sentence, SENTENCE_LIMIT),
        "parse": "none",
        "attachments": [{"color": colour, "blocks": blocks}],
    }
