"""What a message offers beside its offers: to snooze it, to say "this was us", to allow a deletion that was found.

What is chosen names an incident and how often it was chosen before, and carries no authority.
"""

from __future__ import annotations

from nightlatch.adapters.slack.buttons import Block, confirm, menu, plain
from nightlatch.adapters.slack.text import mrkdwn
from nightlatch.domain.answering.choices import Choice, Deleted, allowances, declarations, snoozes
from nightlatch.domain.answering.incidents import Incident

_SPANS = {"1h": "1 hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days"}


def choices(incident: Incident, action_mode: str) -> list[Block]:
    """Give the menus, or the commands to run, or nothing."""
    if action_mode == "off":
        return []
    if action_mode == "cli":
        return [{"type": "section", "text": mrkdwn(_commands(incident))}]
    allowed = allowances(incident)
    elements = [_snooze(incident)]
    elements += [_ours(some)] if (some := declarations(incident)) else []
    elements += [_allow(*allowed[0])] if len(allowed) == 1 else []
    elements += [_allow_one(allowed)] if len(allowed) > 1 else []
    return [{"type": "actions", "elements": elements}]


def _commands(incident: Incident) -> str:
    lines = [f"`nightlatch snooze {incident.id} --for 24h --reason TEXT`"]
    if declarations(incident):
        lines.append(f"`nightlatch ours {incident.id} --for 7d --reason TEXT`")
    return "*To snooze it, or to say that it was you*\n" + "\n".join(lines)


def _snooze(incident: Incident) -> Block:
    asked = confirm("Snooze?", "Nobody hears of it until then, unless it gets worse.", "Snooze")
    return menu(
        "choose-snooze", "Snooze", [(f"Snooze {_SPANS[one.what]}", one.value) for one in snoozes(incident)], asked
    )


def _ours(some: list[Choice]) -> Block:
    text = (
        "Whoever acted is declared for these rules and these secrets: the same is recorded and not told until then."
        " Who acted may not say it."
    )
    options = [(f"This was us, for {_SPANS[one.what]}", one.value) for one in some]
    return menu("choose-ours", "This was us", options, confirm("Was it you?", text, "This was us"))


def _allow(choice: Choice, one: Deleted) -> Block:
    return {
        "type": "button",
        "action_id": "choose-allow",
        "value": choice.value,
        "style": "danger",
        "text": plain(f"Allow deletion of {one.secret.name}", 75),
        "confirm": _asked(one.force),
    }


def _allow_one(allowed: list[tuple[Choice, Deleted]]) -> Block:
    options = [(f"{one.secret.name}{' (by force)' * one.force}", choice.value) for choice, one in allowed]
    return menu("choose-allow", "Allow deletion", options, _asked(any(one.force for _, one in allowed)))


def _asked(force: bool) -> Block:  # noqa: FBT001 - whether it can be taken back
    text = "For two hours its deletion is recorded and not undone."
    two = " Without recovery nothing takes it back: two people must say yes." if force else ""
    return confirm("Allow deletion?", f"{text}{two}", "Allow deletion")
