"""What a message says of what was done, found out, snoozed and vouched for: lines of safe text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nightlatch.adapters.slack.text import escape_within
from nightlatch.domain.answering.declarations import Declaration
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.answering.snoozes import Snooze

RESULT_LIMIT = 300
NOTE_LIMIT = 250
FOUND_LIMIT = 700
MOST_DECLARED = 4

_WORDS = {
    ResponseState.SUCCEEDED: "✅ {result}",
    ResponseState.FAILED: "⚠️ {result}",
    ResponseState.RUNNING: "⏳ {kind} is running",
    ResponseState.APPROVED: "⏳ {kind} approved by {who}",
    ResponseState.DENIED: "✋ {kind} was declined by {who}",
    ResponseState.EXPIRED: "⌛ {expiry}",
}


def done(responses: Sequence[Response]) -> str:
    """Say what became of each response, and what an order waits for."""
    lines = [
        _WORDS[response.state].format(
            result=escape_within(response.result, RESULT_LIMIT) + _approval(response),
            kind=response.action.kind,
            who=escape_within(response.steps[-1].actor if response.steps else "nobody", NOTE_LIMIT),
            expiry=escape_within(_expiry(response), RESULT_LIMIT),
        )
        for response in responses
        if response.state in _WORDS and (response.after is None or response.state is not ResponseState.EXPIRED)
    ]
    held = [one for one in responses if one.waits_because]
    waiting = [f"⏸ {escape_within(f'{one.action.kind}: {one.waits_because}', RESULT_LIMIT)}" for one in held]
    return "\n".join([*lines, *waiting])


def found_out(notes: Sequence[str]) -> str:
    """Say what was found out later."""
    return "\n".join(f"🔎 {escape_within(text, FOUND_LIMIT)}" for text in notes)


def snoozed(snooze: Snooze) -> str:
    """Say by whom and until when; that it is over, the reader's own clock tells."""
    who, why = escape_within(snooze.by, NOTE_LIMIT), escape_within(snooze.reason, NOTE_LIMIT)
    return f"until {when(snooze.until)} by {who}: {why}"


def declared(ours: Sequence[Declaration]) -> str:
    """Say who vouched for what, and until when the same is not told again."""
    lines = [
        f"• {escape_within(f'{one.by}: {one.rule}, {one.title}', NOTE_LIMIT)}, until {when(one.until)}"
        for one in ours[:MOST_DECLARED]
    ]
    return "\n".join([*lines, *(["• and more"] if len(ours) > MOST_DECLARED else [])])


def when(moment: datetime) -> str:
    """Show the reader's own time, with UTC for clients that cannot."""
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time_secs}}|{moment:%Y-%m-%d %H:%M:%S} UTC>"


def _expiry(response: Response) -> str:
    """Say why an offer is over: nobody answered in time, or it was done another way."""
    note = response.steps[-1].note if response.steps else ""
    return note or f"{response.action.kind} expired"


def _approval(response: Response) -> str:
    """Name the person who said yes; what policy allowed needed none."""
    person = response.approved_by
    return "" if person is None or response.is_by_policy else f" · approved by {escape_within(person, NOTE_LIMIT)}"
