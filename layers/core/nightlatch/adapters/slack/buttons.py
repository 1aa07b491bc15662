"""The buttons of a message: each carries an opaque id and no authority, and asks again before it acts.

Beside each stands the response's id, so that `nightlatch approve` can be typed. Many offers of one kind are one menu:
eight buttons for four secrets are no help at three in the morning. Of several offers about one thing the newest is
shown, for it is about what stands now; the others are named.

Source: Slack, Block Kit reference (button text 75 characters, confirm title 100 and text 300; select menu: 100 options,
each of 75 characters, placeholder 150).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nightlatch.acts import ACTS
from nightlatch.adapters.slack.text import clip, escape_within, mrkdwn, told_apart, visible
from nightlatch.domain.answering.actions import ActionKind
from nightlatch.domain.answering.responses import Response, awaiting

CONFIRM_LIMIT = 200
NAME_LIMIT = 60
OPTION_LIMIT = 75
MOST_ALIKE = 3  # buttons of one kind; more are a menu
MOST_BUTTONS = 4
MOST_SHOWN = 10  # offers in one message; the rest comes when these are answered
MOST_PREFLIGHTS = 4
SECTION_LIMIT = 1_400

Block = dict[str, object]


def offers(responses: Sequence[Response], action_mode: str) -> list[Block]:
    """Give the buttons of what waits for a person, or the command to run, or nothing."""
    groups = _newest_first(responses)
    if not groups or action_mode == "off":
        return []
    if action_mode == "cli":
        commands = "\n".join(f"`nightlatch approve {one.id}` {_what(one)}" for one, *_ in groups)
        return [_section(f"*To act, run*\n{_within(commands)}")]
    buttons, rest = _sorted([one for one, *_ in groups])
    elements = [button for one in buttons for button in (_button(one), _decline(one, alone=len(buttons) == 1))]
    menus = [_menu(rest, "approve"), _menu(rest, "deny")] if rest else []
    return [_section(f"*Before you press*\n{_preflight(groups)}"), *_rows(elements), *_rows(menus)]


def _sorted(some: Sequence[Response]) -> tuple[list[Response], list[Response]]:
    """Say which offers get buttons of their own, and which share a menu."""
    by_kind: dict[ActionKind, list[Response]] = {}
    for one in some:
        by_kind.setdefault(one.action.kind, []).append(one)
    buttons: list[Response] = []
    rest: list[Response] = []
    for alike in by_kind.values():
        is_few = len(alike) <= MOST_ALIKE and len(buttons) + len(alike) <= MOST_BUTTONS
        (buttons if is_few else rest).extend(alike)
    return buttons, rest


def _newest_first(responses: Sequence[Response]) -> list[list[Response]]:
    """Group what waits by what it is about, the newest first, and so within each group."""
    found: dict[tuple[ActionKind, str], list[Response]] = {}
    for one in sorted(awaiting(responses), key=lambda one: (one.proposed_at, one.id), reverse=True):
        found.setdefault((one.action.kind, one.action.keys[0]), []).append(one)
    return list(found.values())[:MOST_SHOWN]


def _preflight(groups: Sequence[Sequence[Response]]) -> str:
    """Say of each offer its id, and what it would do, as far as the responder has looked."""
    lines = []
    for number, (one, *older) in enumerate(groups):
        would = escape_within("; ".join(one.preflight), 250) if number < MOST_PREFLIGHTS else ""
        also = f"; offered for older changes too: {', '.join(other.id for other in older[:3])}" if older else ""
        lines.append(f"• `{one.id}` {_what(one)}{': ' if would else ''}{_yeses(one)}{would}{also}")
    return _within("\n".join(lines))


def _what(one: Response) -> str:
    return escape_within(f"{ACTS[one.action.kind].label} {one.action.name}", 80)


def _yeses(response: Response) -> str:
    if response.people == 1:
        return ""
    given = f"{escape_within(', '.join(response.yeses), 100)} did; " if response.yeses else ""
    return f" {response.people} people must say yes; {given}"


def _button(response: Response) -> Block:
    act = ACTS[response.action.kind]
    consequence = " ".join([act.consequence, *response.preflight])
    return {
        "type": "button",
        "action_id": f"approve-{response.id}",
        "value": response.button,
        "style": "primary",
        "text": plain(f"{act.label} {response.action.name}", NAME_LIMIT),
        "confirm": confirm(f"{act.label} {response.action.name}?", consequence, act.label),
    }


def _decline(response: Response, *, alone: bool) -> Block:
    label = "Leave as it is" if alone else f"Leave {response.action.name} as it is"
    return {
        "type": "button",
        "action_id": f"deny-{response.id}",
        "value": response.button,
        "text": plain(label, NAME_LIMIT),
    }


def _menu(some: Sequence[Response], verb: str) -> Block:
    yes = verb == "approve"
    label = "Do one of these" if yes else "Leave one as it is"
    options = [(f"{ACTS[one.action.kind].label} {one.action.name}", one.button) for one in some]
    text = "What it would do stands above." if yes else "Nothing is done about the one that you chose."
    asked = confirm(f"{label}?", text, "Do it" if yes else "Leave it")
    return menu(f"{verb}-one", f"{label}: {len(some)} wait", options, asked)


def menu(action_id: str, placeholder: str, options: Iterable[tuple[str, str]], asked: Block) -> Block:
    """Make a menu of texts and values; different texts look different."""
    some = list(options)
    texts = told_apart([text for text, _ in some], OPTION_LIMIT)
    return {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, 150),
        "options": [
            {"text": plain(text, OPTION_LIMIT), "value": value} for text, (_, value) in zip(texts, some, strict=True)
        ],
        "confirm": asked,
    }


def confirm(title: str, text: str, label: str) -> Block:
    """Make the question that is asked before anything is sent."""
    return {
        "title": plain(title, 80),
        "text": plain(text, CONFIRM_LIMIT),
        "confirm": plain(label, 30),
        "deny": plain("Cancel", 30),
    }


def plain(text: str, limit: int) -> Block:
    """Make a text that Slack shows as it is; never an empty one."""
    return {"type": "plain_text", "text": clip(visible(text), limit).strip() or "…", "emoji": False}


def _rows(elements: Sequence[Block]) -> list[Block]:
    return [{"type": "actions", "elements": list(elements)}] if elements else []


def _within(text: str) -> str:
    """Leave whole lines out where there are too many of them."""
    if len(text) <= SECTION_LIMIT:
        return text
    return text[: text.rfind("\n", 0, SECTION_LIMIT - 2)] + "\n…"


def _section(text: str) -> Block:
    return {"type": "section", "text": mrkdwn(text)}
