"""How an incident looks in Slack: what, who with the human first, where, why, what was done, and the buttons.

Names, tags and reasons come from other people, attackers among them: every text is escaped and cut to
Slack's limits here, and nowhere else. A button carries an opaque id and no authority.

Source: Slack Block Kit reference (50 blocks, header 150, section 3,000, field 2,000, button text 75,
confirm title 100 and text 300); bolt-js issue 2509 (messages fail near 13,200 characters in all).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from nightlatch.domain.findings import Severity
from nightlatch.domain.incidents import Incident
from nightlatch.domain.responses import ActionKind, Response, ResponseState

HEADER_LIMIT = 150
SECTION_LIMIT = 1_500  # Slack allows 3,000; the sum over all blocks must stay below 10,000
FIELD_LIMIT = 700
CONFIRM_LIMIT = 300
MOST_BUTTONS = 5
MOST_FINDINGS = 4

Block = dict[str, object]

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
_BUTTON = {
    ActionKind.ROLL_BACK: ("Roll back", "Readers will get the version from before this change."),
    ActionKind.RESTORE_DELETED: ("Restore", "The scheduled deletion is cancelled; the secret can be read again."),
    ActionKind.PIN_SUPERSEDED: ("Keep version", "The version before the current one is kept by a label."),
}
_LOOKALIKES = str.maketrans({"`": "\u02bc", "*": "\u2217", "~": "\u223c"})  # no code fence, bold or strike
# Control and direction characters could reorder or break what a person reads.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def render(incident: Incident, responses: Sequence[Response], *, action_mode: str) -> dict[str, object]:
    """Build the message: `text` for the push notification, one attachment with the blocks.

    Args:
        incident: What to show.
        responses: What was offered and done, in the ledger's words.
        action_mode: "slack" shows buttons, "cli" the command to run, "off" neither.
    """
    blocks: list[Block] = [
        {"type": "header", "text": {"type": "plain_text", "text": clip(headline(incident, responses), HEADER_LIMIT)}},
        {"type": "section", "fields": _fields(incident)},
        _section("*Why*\n" + _why(incident)),
    ]
    done = _done(responses)
    if done:
        blocks.append(_section("*Done*\n" + done))
    blocks.extend(_offers(responses, action_mode))
    blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": _context(incident)}]})
    return {
        "text": clip(sentence(incident), SECTION_LIMIT),
        "attachments": [{"color": _COLOUR[incident.severity], "blocks": blocks}],
    }


def render_follow_up(incident: Incident, responses: Sequence[Response]) -> dict[str, object]:
    """Build the short line that a plain webhook posts instead of editing its message."""
    done = _done(responses)
    text = f"Update on {incident.id}: {escape(incident.lead.title)}" + (f"\n{done}" if done else "")
    return {"text": clip(text, SECTION_LIMIT)}


def headline(incident: Incident, responses: Sequence[Response]) -> str:
    """Say severity in a mark and a word, then what happened."""
    acted = any(response.state is ResponseState.SUCCEEDED for response in responses)
    mark = "✅" if acted else _MARK[incident.severity]
    return f"{mark} {incident.severity} · {_safe(incident.lead.title)}"


def sentence(incident: Incident) -> str:
    """Say it in one sentence for the phone's lock screen."""
    return escape(f"{incident.severity}: {incident.lead.title} (account {incident.lead.account_id})")


def escape(text: str) -> str:
    """Make a text safe inside mrkdwn: no mention, link, code fence or hidden character gets through."""
    safe = _safe(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return safe.translate(_LOOKALIKES)


def clip(text: str, limit: int) -> str:
    """Cut a text to a limit, and show that it was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _safe(text: str) -> str:
    return _UNSAFE.sub(" ", text)


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": clip(text, SECTION_LIMIT)}}


def _fields(incident: Incident) -> list[Block]:
    lead = incident.lead
    calls = ", ".join(sorted({finding.event_name for finding in incident.findings}))
    shown = {
        "What": f"{escape(calls)} x {sum(f.count for f in incident.findings)}, {_when(incident.opened_at)}",
        "Who": escape(lead.principal.title),
        "Where": f"account {escape(lead.account_id)} · {escape(lead.region)}",
        "Secrets": escape(_secrets(incident)),
    }
    return [{"type": "mrkdwn", "text": clip(f"*{name}*\n{text}", FIELD_LIMIT)} for name, text in shown.items()]


def _secrets(incident: Incident) -> str:
    names = list(dict.fromkeys(secret.name for finding in incident.findings for secret in finding.secrets))
    if not names:
        return "none named"
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""  # noqa: PLR2004 - eight names fit a field
    return f"{len(names)}: {', '.join(names[:8])}{more}"


def _when(moment: datetime) -> str:
    """Show the reader's own time, with UTC for clients that cannot."""
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time_secs}}|{moment:%Y-%m-%d %H:%M:%S} UTC>"


def _why(incident: Incident) -> str:
    worst_first = sorted(incident.findings, key=lambda f: (-f.severity.rank, f.rule))
    lines = [f"• {escape(clip(f'{f.title}: {f.reason}', 400))}" for f in worst_first[:MOST_FINDINGS]]
    if len(worst_first) > MOST_FINDINGS:
        lines.append(f"• and {len(worst_first) - MOST_FINDINGS} more findings in the incident")
    return "\n".join(lines)


def _done(responses: Sequence[Response]) -> str:
    words = {
        ResponseState.SUCCEEDED: "✅ {result}",
        ResponseState.FAILED: "⚠️ {result}",
        ResponseState.RUNNING: "⏳ {kind} is running",
        ResponseState.APPROVED: "⏳ {kind} approved by {who}",
        ResponseState.DENIED: "✋ {kind} was declined by {who}",
        ResponseState.EXPIRED: "⌛ {kind} expired",
    }
    lines = [
        words[response.state].format(
            result=escape(clip(response.result, 300)),
            kind=response.action.kind,
            who=escape(response.steps[-1].actor if response.steps else "nobody"),
        )
        for response in responses
        if response.state in words
    ]
    return "\n".join(lines)


def _offers(responses: Sequence[Response], action_mode: str) -> list[Block]:
    open_ones = [response for response in responses if response.state is ResponseState.PROPOSED][:MOST_BUTTONS]
    if not open_ones or action_mode == "off":
        return []
    if action_mode == "cli":
        commands = "\n".join(f"`nightlatch approve {response.id}`" for response in open_ones)
        return [_section(f"*To act, run*\n{commands}")]
    buttons = [button for response in open_ones for button in (_button(response), _decline(response))]
    return [{"type": "actions", "elements": buttons}]


def _button(response: Response) -> Block:
    label, consequence = _BUTTON[response.action.kind]
    name = _safe(response.action.secret.name)
    return {
        "type": "button",
        "action_id": f"approve-{response.id}",
        "value": response.button,
        "style": "primary",
        "text": {"type": "plain_text", "text": clip(f"{label} {name}", 75)},
        "confirm": {
            "title": {"type": "plain_text", "text": clip(f"{label} {name}?", 100)},
            "text": {"type": "plain_text", "text": clip(consequence, CONFIRM_LIMIT)},
            "confirm": {"type": "plain_text", "text": label},
            "deny": {"type": "plain_text", "text": "Cancel"},
        },
    }


def _decline(response: Response) -> Block:
    return {
        "type": "button",
        "action_id": f"deny-{response.id}",
        "value": response.button,
        "text": {"type": "plain_text", "text": "Leave as it is"},
    }


def _context(incident: Incident) -> str:
    rules = ", ".join(f"{finding.rule} ({finding.catalogue})" for finding in incident.findings[:MOST_FINDINGS])
    first_event = escape(incident.lead.event_ids[0])
    parts = (rules, incident.id, f"event {first_event}", f"policy {incident.policy_digest}")
    return clip(" · ".join(parts), SECTION_LIMIT)
