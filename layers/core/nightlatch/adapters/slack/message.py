"""How an incident looks in Slack: what, who with the human first, where, why, what was done, and the buttons.

Names, tags and reasons come from other people, attackers among them: every text is escaped and cut to
Slack's limits in this package, and nowhere else. A button carries an opaque id and no authority.

Source: Slack Block Kit reference (50 blocks, header 150, section 3,000, field 2,000, button text 75,
confirm title 100 and text 300); bolt-js issue 2509 (messages fail near 13,200 characters in all).
"""

from __future__ import annotations

from collections.abc import Sequence

from nightlatch.adapters.slack.budget import Part, cut, fitted, section
from nightlatch.adapters.slack.buttons import Block, offers, plain
from nightlatch.adapters.slack.choices import choices
from nightlatch.adapters.slack.done import NOTE_LIMIT, declared, done, found_out, snoozed, when
from nightlatch.adapters.slack.stopping import stopping
from nightlatch.adapters.slack.text import clip, escape, escape_within, mrkdwn, visible
from nightlatch.detections import CATALOGUE
from nightlatch.domain.answering.details import NAMES_SHOWN
from nightlatch.domain.answering.incidents import Incident, is_settled
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.event.principals import PrincipalKind
from nightlatch.domain.judging.findings import Severity, name_secrets

HEADER_LIMIT = 150
SENTENCE_LIMIT = 600
FOLLOW_UP_LIMIT = 1_500
FIELD_LIMIT = 400
REASON_LIMIT = 400
CONTEXT_LIMIT = 600
MOST_FINDINGS = 4
_FACELESS = frozenset({PrincipalKind.SERVICE, PrincipalKind.UNKNOWN})

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
    is_open = not is_settled(incident, responses)
    header: Block = {"type": "header", "text": plain(headline(incident, responses), HEADER_LIMIT)}
    said = {
        "Why": (_why(incident), 3),
        "Snoozed": (snoozed(incident.snooze) if incident.snooze is not None and is_open else "", 2),
        "This was us": (declared(incident.ours), 5),
        "Changed": ("\n".join(f"• {escape_within(note, NOTE_LIMIT)}" for note in notes), 4),
        "Done": ("\n".join(filter(None, (done(responses), found_out(incident.notes)))), 1),
        "To stop whoever did it": (stopping(incident, responses, action_mode) if is_open else "", 6),
    }
    parts = [Part(header), Part({"type": "section", "fields": _fields(incident)})]
    parts += [section(f"*{name}*\n{text}", rank) for name, (text, rank) in said.items() if text]
    parts += [Part(block) for block in offers(responses, action_mode)]
    parts += [Part(block) for block in (choices(incident, action_mode) if is_open else ())]
    following = _next(incident) if is_open else ""
    parts += [section(f"*Next*\n{following}", 7)] if following else []
    parts.append(Part({"type": "context", "elements": [mrkdwn(_context(incident))]}))
    return {
        "text": sentence(incident),
        "parse": "none",  # names of users and channels in it stay plain words
        "attachments": [{"color": _COLOUR[incident.severity], "blocks": fitted(parts)}],
    }


def render_follow_up(incident: Incident, responses: Sequence[Response]) -> dict[str, object]:
    """Build the short line that a plain webhook posts instead of editing its message."""
    text = "\n".join(filter(None, (f"Update on {incident.id}: {sentence(incident)}", done(responses))))
    return {"text": cut(text, FOLLOW_UP_LIMIT)}


def headline(incident: Incident, responses: Sequence[Response]) -> str:
    """Say severity in a mark and a word, then what happened; the mark is ✅ once nothing is left to decide."""
    mark = "✅" if is_settled(incident, responses) else _MARK[incident.severity]
    return f"{mark} {incident.severity} · {visible(incident.lead.title)}"


def sentence(incident: Incident) -> str:
    """Say it in one sentence for the phone's lock screen: how bad, who, what, to which secrets, and what else."""
    lead = incident.lead
    who = (
        "" if lead.principal.title in lead.title or lead.principal.kind in _FACELESS else f" by {lead.principal.title}"
    )
    unnamed = lead.secrets and not any(secret.name in lead.title for secret in lead.secrets)
    on = f" on {name_secrets(lead.secrets)}" if unnamed else ""
    more = len(incident.findings) - 1
    also = f", and {more} more finding{'s' * (more > 1)}" if more else ""
    text = f"{incident.severity}: {clip(lead.title, SENTENCE_LIMIT // 2)}{who}{on}{also} (account {lead.account_id})"
    return escape_within(text, SENTENCE_LIMIT)


def _fields(incident: Incident) -> list[Block]:
    lead = incident.lead
    calls = ", ".join(sorted({call for finding in incident.findings for call in finding.calls}))
    count = len({event_id for finding in incident.findings for event_id in finding.event_ids})
    events = f" ({count} events)" if count > 1 else ""
    shown = {
        "Who": escape_within(lead.principal.title, FIELD_LIMIT),
        "What": f"{escape_within(calls, FIELD_LIMIT)}{events}, {when(incident.opened_at)}",
        "Where": f"account {escape(lead.account_id)} · {escape(lead.region)}",
        "Secrets": escape_within(_secrets(incident), FIELD_LIMIT),
    }
    return [mrkdwn(f"*{name}*\n{text}") for name, text in shown.items()]


def _secrets(incident: Incident) -> str:
    names = sorted({secret.name for finding in incident.findings for secret in finding.secrets})
    if not names:
        return "none named"
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    count = f"{len(names)}: " if len(names) > 1 else ""
    return f"{count}{', '.join(names[:NAMES_SHOWN])}{more}"


def _why(incident: Incident) -> str:
    worst_first = sorted(incident.findings, key=lambda f: (-f.severity.rank, f.rule))
    if len(worst_first) == 1:
        return escape_within(_sentence_case(incident.lead.reason), REASON_LIMIT)  # the headline has said the rest
    lines = [f"• {escape_within(f'{f.title}: {f.reason}', REASON_LIMIT)}" for f in worst_first[:MOST_FINDINGS]]
    if len(worst_first) > MOST_FINDINGS:
        lines.append(f"• and {len(worst_first) - MOST_FINDINGS} more findings in the incident")
    return "\n".join(lines)


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _next(incident: Incident) -> str:
    """Give the playbook of the rule that named the incident: what a person does now."""
    steps = next((rule.playbook for rule in CATALOGUE if rule.id == incident.lead.rule), "").splitlines()
    return "\n".join(f"• {escape(step)}" for step in steps)


def _context(incident: Incident) -> str:
    named = dict.fromkeys(f"{finding.rule} ({finding.catalogue})" for finding in incident.findings)
    rules = ", ".join([*named][:MOST_FINDINGS])
    first_event = escape_within(incident.lead.event_ids[0], 100)
    parts = (
        escape_within(rules, CONTEXT_LIMIT // 2),
        incident.id,
        f"event {first_event}",
        f"policy {incident.policy_digest}",
    )
    return cut(" · ".join(parts), CONTEXT_LIMIT)
