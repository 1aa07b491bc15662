"""How the console says things: a mark, a word and a tone for each state, and times that a browser makes its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup, escape

from nightlatch.domain.answering.incidents import Incident, is_settled
from nightlatch.domain.answering.responses import Response, ResponseState, awaiting
from nightlatch.domain.event.principals import short_name
from nightlatch.domain.judging.findings import Severity

_PERSON = "/sso.amazonaws.com/"  # in the path of roles that people sign in with

# Characters that cannot be seen, or that turn the reading direction: a name could look like another one by them.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Chip:
    """A state, said three times over: by a mark, by a word, and by a tone that the style sheet colours.

    Marks are plain signs, because not every machine has a font with emoji.
    """

    mark: str
    word: str
    tone: str


SEVERITIES = {
    Severity.CRITICAL: Chip("◆", "Critical", "critical"),
    Severity.HIGH: Chip("▲", "High", "critical"),
    Severity.MEDIUM: Chip("●", "Medium", "medium"),
    Severity.LOW: Chip("○", "Low", "low"),
    Severity.INFORMATIONAL: Chip("·", "For information", "quiet"),
}
STATES = {
    ResponseState.PROPOSED: Chip("?", "Waits for a person", "waits"),
    ResponseState.APPROVED: Chip("…", "Approved, about to begin", "busy"),
    ResponseState.RUNNING: Chip("…", "Being done", "busy"),
    ResponseState.SUCCEEDED: Chip("✓", "Done and verified", "done"),
    ResponseState.FAILED: Chip("!", "Not done", "failed"),
    ResponseState.DENIED: Chip("-", "Declined", "quiet"),
    ResponseState.EXPIRED: Chip("-", "No longer offered", "quiet"),
}
NEEDS_YOU = Chip("?", "Needs a decision", "waits")
BUSY = Chip("…", "Being done", "busy")
ASLEEP = Chip("z", "Snoozed", "quiet")
SETTLED = Chip("✓", "Settled", "done")
OPEN = Chip("•", "Open: look at it", "open")
GOOD = Chip("✓", "Good", "done")
BAD = Chip("!", "Look here", "failed")
UNKNOWN = Chip("?", "Not known", "quiet")
_UNDER_WAY = frozenset({ResponseState.APPROVED, ResponseState.RUNNING})


def state_of(incident: Incident, responses: Sequence[Response], now: datetime) -> Chip:
    """Say where an incident stands; what somebody has to do comes first, unless they said: not now."""
    if incident.is_asleep(now):
        return ASLEEP
    if awaiting(responses):
        return NEEDS_YOU
    if any(one.state in _UNDER_WAY for one in responses):
        return BUSY
    return SETTLED if is_settled(incident, responses) else OPEN


def shown(value: object) -> object:
    """Put a visible stand-in for every character that cannot be seen, in all that is written."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", value) if _UNSEEN.search(value) else value


def when(moment: datetime | None) -> Markup:
    """Write a moment: UTC as it stands, the reader's own time once the script has read it."""
    if moment is None:
        return escape("unknown")
    utc = moment.astimezone(UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(f"{utc:%Y-%m-%dT%H:%M:%SZ}", f"{utc:%d %b %Y %H:%M:%S}")


def short(name: str) -> str:
    """Shorten an ARN to what people call it: `role/app`; a person of Identity Center by their own name."""
    if not name.startswith("arn:"):
        return name
    short = short_name(name)
    return short.rsplit("/", 1)[-1] if _PERSON in short else short


def counted(count: int, one: str) -> str:
    """Say how many of something there are."""
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def some(names: Collection[str], most: int = 3) -> str:
    """Name a few, and how many more there are."""
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return f"{', '.join(listed[:most])}{more}" if listed else "none"
