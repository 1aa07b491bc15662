"""Makes other people's text harmless where no markup is read: one line, nothing hidden, cut to size.

Names, tags and user agents are chosen by attackers. A line break could forge a line, a direction character could turn
one around, and half of a surrogate pair is no text that any service takes.
"""

from __future__ import annotations

import re

_HALF = re.compile(r"[\ud800-\udfff]")


def plain(text: str, limit: int) -> str:
    """Give a text on one line without what cannot be seen, and show where it was cut.

    Args:
        text: What somebody else wrote.
        limit: In characters.
    """
    seen = "".join(character if character.isprintable() else " " for character in text[: limit + 1])
    return seen if len(seen) <= limit else seen[: limit - 1] + "…"


def exact(text: str, limit: int) -> str:
    """Give a text for machines as it is, but encodable and not longer than a limit."""
    return _HALF.sub("\ufffd", text[:limit])
