"""The buttons of a message: each carries an opaque id and no authority, and asks again before it acts.

Source: Slack Block Kit reference (button text 75 characters, confirm title 100 and text 300).
"""

from __future__ import annotations

from collections.abc import Sequence

from nightlatch.acts import ACTS
from nightlatch.adapters.slack.text import clip, escape, visible
from nightlatch.domain.answering.responses import Response, awaiting

CONFIRM_LIMIT = 300
MOST_BUTTONS = 5

Block = dict[str, object]


def offers(responses: Sequence[Response], action_mode: str) -> list[Block]:
    """Give the buttons of what waits for a person, or the command to run, or nothing."""
    open_ones = awaiting(responses)[:MOST_BUTTONS]
    if not open_ones or action_mode == "off":
        return []
    if action_mode == "cli":
        commands = "\n".join(f"`nightlatch approve {response.id}`" for response in open_ones)
        text = {"type": "mrkdwn", "text": f"*To act, run*\n{commands}"}
        return [{"type": "section", "text": text}]
    buttons = [button for response in open_ones for button in (_button(response), _decline(response))]
    return [*_preflight(open_ones), {"type": "actions", "elements": buttons}]


def _preflight(open_ones: Sequence[Response]) -> list[Block]:
    """Say what each button would do, as the responder has looked; nothing where it has not yet."""
    lines = [f"• {_yeses(one)}{escape(clip('; '.join(one.preflight), 400))}" for one in open_ones if one.preflight]
    if not lines:
        return []
    return [{"type": "section", "text": {"type": "mrkdwn", "text": "*Before you press*\n" + "\n".join(lines)}}]


def _yeses(response: Response) -> str:
    if response.people == 1:
        return ""
    given = f"{escape(', '.join(response.yeses))} did; " if response.yeses else ""
    return f"{response.people} people must say yes; {given}"


def _button(response: Response) -> Block:
    act = ACTS[response.action.kind]
    label, consequence = act.label, " ".join([act.consequence, *response.preflight])
    name = visible(response.action.name)
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
