"""What a scene looks at: the page with its messages and buttons, and secrets as somebody of the company sees them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import requests

from nightlatch.local.scenes.company import SSO_ROLE
from nightlatch.local.scenes.theatre import Theatre
from nightlatch.local.scenes.timeline import SceneFailed, Seen, wait_for
from nightlatch.local.slack.workspace import buttons_of

PATIENCE_S = 90.0  # moments take seconds; a machine that tests keep busy may need many times that
LOOK_AGAIN_S = 0.1


def press_button(theatre: Theatre, ts: str, action_id: str, *, person: str, value: str = "") -> str:
    """Press a button as the page does, or choose a value of a menu; give what the person is told."""
    page = requests.get(theatre.page, timeout=PATIENCE_S).text
    token = page.split('name="page-token" content="', 1)[1].split('"', 1)[0]
    answer = requests.post(
        f"{theatre.page}press",
        json={"ts": ts, "action_id": action_id, "value": value, "person": person},
        headers={"X-Page-Token": token},
        timeout=PATIENCE_S,
    ).json()
    if answer["status"] != requests.codes.ok:
        raise SceneFailed(f"the interactions endpoint answered {answer['status']}: {answer['text']}")
    return str(json.loads(answer["text"])["text"])


def await_sight(theatre: Theatre, look: Callable[[], Seen | None], what: str) -> Seen:
    """Look, at each change of the page and every tenth of a second, until there is something to see."""
    return wait_for(
        look,
        what=what,
        timeout_s=PATIENCE_S,
        nudge=lambda left: theatre.slack.wait(theatre.slack.changes, min(left, LOOK_AGAIN_S)),
    )


def await_message(theatre: Theatre, before: int, names: str, what: str) -> dict[str, Any]:
    """Wait for a message later than `before` that names something."""

    def look() -> dict[str, Any] | None:
        return next((m for m in theatre.slack.messages()[before:] if names in m["text"]), None)

    return await_sight(theatre, look, what)


def await_button(theatre: Theatre, ts: str, prefix: str, words: str = "") -> dict[str, Any]:
    """Wait for a button on a message, by how its id begins and by what it says."""

    def look() -> dict[str, Any] | None:
        buttons = [one for one in buttons_of(message_now(theatre, ts)) if one["action_id"].startswith(prefix)]
        return next((one for one in buttons if words in one["text"]["text"]), None)

    return await_sight(theatre, look, f"a button {prefix}… {words} on the message".replace("  ", " "))


def message_now(theatre: Theatre, ts: str) -> dict[str, Any]:
    """Give a message as it stands now."""
    message = theatre.slack.message(ts)
    if message is None:
        raise SceneFailed(f"message {ts} is gone")
    return message


def title_of(message: Mapping[str, Any]) -> str:
    """Give a message's headline."""
    blocks = message["attachments"][0]["blocks"]
    return str(next(block for block in blocks if block["type"] == "header")["text"]["text"])


def title_now(theatre: Theatre, message: Mapping[str, Any]) -> str:
    """Give a message's headline as it stands now."""
    return title_of(message_now(theatre, message["ts"]))


def current_version(theatre: Theatre, name: str) -> str | None:
    """Ask which version is current, as a person would: a look as root would be an incident of its own."""
    versions = theatre.as_role(SSO_ROLE, "ana").describe_secret(SecretId=name)["VersionIdsToStages"]
    return next((version for version, labels in versions.items() if "AWSCURRENT" in labels), None)
