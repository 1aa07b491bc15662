"""How an incident looks in Slack: what, who with the human first, where, why, what was done, and the buttons.

Names, tags and reasons come from other people, attackers among them: every text is escaped and cut to
Slack's limits here, and nowhere else. A button carries an opaque id and no authority.

Source: Slack Block Kit reference (50 blocks, header 150, section 3,000, field 2,000, button text 75,
confirm title 100 and text 300); bolt-js issue 2509 (messages fail near 13,200 characters in all).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nightlatch.adapters.slack.buttons import Block, offers
from nightlatch.adapters.slack.choices import choices
from nightlatch.adapters.slack.stopping import stopping
from nightlatch.adapters.slack.text import clip, escape, escape_within, mrkdwn, visible
from nightlatch.detections import CATALOGUE
from nightlatch.domain.answering.declarations import Declaration
from nightlatch.domain.answering.incidents import Incident, is_settled
from nightlatch.domain.answering.responses import Response, ResponseState
from nightlatch.domain.answering.snoozes import Snooze
from nightlatch.domain.judging.findings import Severity

HEADER_LIMIT = 150
SECTION_LIMIT = 1_500  # Slack allows 3,000; the sum over all blocks must stay below 10,000
FIELD_LIMIT = 700
FOUND_LIMIT = 700
MOST_FINDINGS = 4
NOTE_LIMIT = 250

_MARK = {
    Severity.CRITICAL: "🔴",
    Severity.HIGH: "🔴",
    Severity.MEDIUM: "🟠",
    Severity.LOW: "🟡",
    Severity.INFORMATIONAL: "⚪",
}
_COLOUR = {
    Severity.CRITICAL: "#b3001b",
    Severity.HIGH: "#d1242f",
    Severity.MEDIUM: "#bf8700",
    Severity.LOW: "#d4a72c",
    Severity.INFORMATIONAL: "#57606a",
}


def render(
    incident: Incident, responses: Sequence[Response], *, action_mode: str, notes: Sequence[str] = ()
) -> dict[str, object]:
    """Build the message: `text` for the push notification, one attachment with the blocks.

    Args:
        incident: What to show.
        responses: What was offered and done, in the ledger's words.
        action_mode: "slack" shows buttons, "cli" the command to run, "off" neither.
        notes: What is known of changed values: names of keys and sizes.
    """
    blocks: list[Block] = [
        {"type": "header", "text": {"type": "plain_text", "text": clip(headline(incident, responses), HEADER_LIMIT)}},
        {"type": "section", "fields": _fields(incident)},
        _section("*Why*\n" + _why(incident)),
    ]
    if incident.snooze is not None and not is_settled(incident, responses):
        blocks.append(_section("*Snoozed*\n" + _snoozed(incident.snooze)))
    if incident.ours:
        blocks.append(_section("*This was us*\n" + _declared(incident.ours)))
    if notes:
        blocks.append(_section("*Changed*\n" + "\n".join(f"• {escape(clip(note, NOTE_LIMIT))}" for note in notes)))
    done = "\n".join(filter(None, (_done(responses), _notes(incident))))
    if done:
        blocks.append(_section("*Done*\n" + done))
    stop = "" if is_settled(incident, responses) else stopping(incident, responses, action_mode)
    if stop:
        blocks.append(_section("*To stop whoever did it*\n" + stop))
    blocks.extend(offers(responses, action_mode))
    if not is_settled(incident, responses):
        blocks.extend(choices(incident, action_mode))
    following = "" if is_settled(incident, responses) else _next(incident)
    if following:
        blocks.append(_section("*Next*\n" + following))
    blocks.append({"type": "context", "elements": [mrkdwn(_context(incident))]})
    return {
        "text": clip(sentence(incident), SECTION_LIMIT),
        "parse": "none",  # names of users and channels in it stay plain words
        "attachments": [{"color": _COLOUR[incident.severity], "blocks": blocks}],
    }


def render_follow_up(incident: Incident, responses: Sequence[Response]) -> dict[str, object]:
    """Build the short line that a plain webhook posts instead of editing its message."""
    done = _done(responses)
    text = f"Update on {incident.id}: {escape(incident.lead.title)}" + (f"\n{done}" if done else "")
    return {"text": clip(text, SECTION_LIMIT)}


def headline(incident: Incident, responses: Sequence[Response]) -> str:
    """Say severity in a mark and a word, then what happened; the mark is ✅ once nothing is left to decide."""
    mark = "✅" if is_settled(incident, responses) else _MARK[incident.severity]
    return f"{mark} {incident.severity} · {visible(incident.lead.title)}"


def sentence(incident: Incident) -> str:
    """Say it in one sentence for the phone's lock screen."""
    return escape(f"{incident.severity}: {incident.lead.title} (account {incident.lead.account_id})")


def _section(text: str) -> Block:
    return {"type": "section", "text": mrkdwn(clip(text, SECTION_LIMIT))}


def _fields(incident: Incident) -> list[Block]:
    lead = incident.lead
    calls = ", ".join(sorted({call for finding in incident.findings for call in finding.calls}))
    count = len({event_id for finding in incident.findings for event_id in finding.event_ids})
    events = f" ({count} events)" if count > 1 else ""
    shown = {
        "Who": escape(lead.principal.title),
        "What": f"{escape(calls)}{events}, {_when(incident.opened_at)}",
        "Where": f"account {escape(lead.account_id)} · {escape(lead.region)}",
        "Secrets": escape(_secrets(incident)),
    }
    return [mrkdwn(clip(f"*{name}*\n{text}", FIELD_LIMIT)) for name, text in shown.items()]


def _secrets(incident: Incident) -> str:
    names = sorted({secret.name for finding in incident.findings for secret in finding.secrets})
    if not names:
        return "none named"
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""  # noqa: PLR2004 - eight names fit a field
    count = f"{len(names)}: " if len(names) > 1 else ""
    return f"{count}{', '.join(names[:8])}{more}"


def _when(moment: datetime) -> str:
    """Show the reader's own time, with UTC for clients that cannot."""
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time_secs}}|{moment:%Y-%m-%d %H:%M:%S} UTC>"


def _why(incident: Incident) -> str:
    worst_first = sorted(incident.findings, key=lambda f: (-f.severity.rank, f.rule))
    if len(worst_first) == 1:
        return escape(clip(_sentence_case(incident.lead.reason), 400))  # the headline has said the rest
    lines = [f"• {escape(clip(f'{f.title}: {f.reason}', 400))}" for f in worst_first[:MOST_FINDINGS]]
    if len(worst_first) > MOST_FINDINGS:
        lines.append(f"• and {len(worst_first) - MOST_FINDINGS} more findings in the incident")
    return "\n".join(lines)


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _done(responses: Sequence[Response]) -> str:
    words = {
        ResponseState.SUCCEEDED: "✅ {result}",
        ResponseState.FAILED: "⚠️ {result}",
        ResponseState.RUNNING: "⏳ {kind} is running",
        ResponseState.APPROVED: "⏳ {kind} approved by {who}",
        ResponseState.DENIED: "✋ {kind} was declined by {who}",
        ResponseState.EXPIRED: "⌛ {expiry}",
    }
    lines = [
        words[response.state].format(
            result=escape(clip(response.result, 300)) + _approval(response),
            kind=response.action.kind,
            who=escape(response.steps[-1].actor if response.steps else "nobody"),
            expiry=escape(_expiry(response)),
        )
        for response in responses
        if response.state in words and (response.after is None or response.state is not ResponseState.EXPIRED)
    ]
    waiting = [f"⏸ {escape(f'{r.action.kind}: {clip(r.waits_because, 300)}')}" for r in responses if r.waits_because]
    return "\n".join([*lines, *waiting])


def _snoozed(snooze: Snooze) -> str:
    """Say by whom and until when; that it is over, the reader's own clock tells."""
    return f"until {_when(snooze.until)} by {escape(snooze.by)}: {escape_within(snooze.reason, NOTE_LIMIT)}"


def _declared(ours: Sequence[Declaration]) -> str:
    """Say who vouched for what, and until when the same is not told again."""
    lines = [
        f"• {escape_within(f'{one.by}: {one.rule}, {one.title}', NOTE_LIMIT)}, until {_when(one.until)}"
        for one in ours[:MOST_FINDINGS]
    ]
    return "\n".join([*lines, *(["• and more"] if len(ours) > MOST_FINDINGS else [])])


def _notes(incident: Incident) -> str:
    return "\n".join(f"🔎 {escape(clip(text, FOUND_LIMIT))}" for text in incident.notes)


def _expiry(response: Response) -> str:
    """Say why an offer is over: nobody answered in time, or it was done another way."""
    note = response.steps[-1].note if response.steps else ""
    return clip(note, 300) or f"{response.action.kind} expired"


def _approval(response: Response) -> str:
    """Name the person who said yes; what policy allowed needed none."""
    person = response.approved_by
    return "" if person is None or response.is_by_policy else f" · approved by {escape(person)}"


def _next(incident: Incident) -> str:
    """Give the playbook of the rule that named the incident: what a person does now."""
    steps = next((rule.playbook for rule in CATALOGUE if rule.id == incident.lead.rule), "").splitlines()
    return "\n".join(f"• {escape(step)}" for step in steps)


def _context(incident: Incident) -> str:
    named = dict.fromkeys(f"{finding.rule} ({finding.catalogue})" for finding in incident.findings)
    rules = ", ".join([*named][:MOST_FINDINGS])
    first_event = escape(incident.lead.event_ids[0])
    parts = (rules, incident.id, f"event {first_event}", f"policy {incident.policy_digest}")
    return clip(" · ".join(parts), SECTION_LIMIT)
