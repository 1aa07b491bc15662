"""The stand-in's memory: messages by place, refused where Slack would refuse them, and who listens for news.

Source: Slack Web API, chat.postMessage and chat.update (errors invalid_auth, invalid_blocks, msg_too_long,
message_not_found); Block Kit limits as in adapters/slack/message.py.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

MOST_BLOCKS = 50
LONGEST_MESSAGE = 13_200  # characters over all blocks: where Slack begins to answer msg_blocks_too_long
MOST_ELEMENTS = 25  # of one actions block
MOST_OPTIONS = 100
_LIMITS = {
    "header": 150,
    "section": 3_000,
    "field": 2_000,
    "button": 75,
    "value": 2_000,
    "context": 2_000,
    "confirm title": 100,
    "confirm": 300,
    "placeholder": 150,
    "option": 75,
}


class RefusedMessage(Exception):
    """Slack would not take this message; the text is Slack's error code."""


@dataclass(slots=True)
class Message:
    """One message of the channel as it stands now."""

    channel: str
    ts: str
    content: dict[str, Any]
    edits: int = 0
    private: list[str] = field(default_factory=list)  # what only the person who pressed was told
    replies: list[dict[str, Any]] = field(default_factory=list)  # its thread; what is broadcast says so

    def shown(self) -> dict[str, Any]:
        """Give what the page draws."""
        return {
            "channel": self.channel,
            "ts": self.ts,
            "edits": self.edits,
            "private": list(self.private),
            "replies": list(self.replies),
            **self.content,
        }


class Workspace:
    """All messages, thread-safe; `changes` rises with each one posted, edited or answered."""

    def __init__(self, *, token: str, signing_secret: str) -> None:
        """Begin empty, with the credentials that our own functions are given."""
        self.token = token
        self.signing_secret = signing_secret
        self._messages: dict[str, Message] = {}
        self._serial = count(1)
        self._changed = threading.Condition()
        self.changes = 0

    def post(self, channel: str, content: Mapping[str, Any]) -> Message:
        """Take a new message."""
        check_message(content)
        with self._changed:
            message = Message(channel=channel, ts=f"{1_700_000_000 + next(self._serial)}.000100", content=dict(content))
            self._messages[message.ts] = message
            self._tell()
        return message

    def reply(self, ts: str, content: Mapping[str, Any], *, aloud: bool) -> Message:
        """Add to the thread of a message."""
        check_message(content)
        with self._changed:
            if ts not in self._messages:
                raise RefusedMessage("thread_not_found")
            self._messages[ts].replies.append({**content, "aloud": aloud})
            self._tell()
            return self._messages[ts]

    def update(self, ts: str, content: Mapping[str, Any]) -> Message:
        """Edit a message in place."""
        check_message(content)
        with self._changed:
            if ts not in self._messages:
                raise RefusedMessage("message_not_found")
            message = self._messages[ts]
            message.content = dict(content)
            message.edits += 1
            self._tell()
        return message

    def answer(self, ts: str, text: str) -> None:
        """Show a text to the person who pressed a button of a message."""
        with self._changed:
            if ts in self._messages:
                self._messages[ts].private.append(text)
                self._tell()

    def messages(self) -> list[dict[str, Any]]:
        """Give every message, the oldest first."""
        with self._changed:
            return [message.shown() for message in self._messages.values()]

    def message(self, ts: str) -> dict[str, Any] | None:
        """Give one message."""
        with self._changed:
            found = self._messages.get(ts)
            return found.shown() if found else None

    def wait(self, seen: int, timeout_s: float) -> int:
        """Wait until something changed since `seen`, or the time is up; give the count of changes."""
        with self._changed:
            self._changed.wait_for(lambda: self.changes > seen, timeout_s)
            return self.changes

    def _tell(self) -> None:
        self.changes += 1
        self._changed.notify_all()


def check_message(content: Mapping[str, Any]) -> None:
    """Refuse what Slack refuses.

    Raises:
        RefusedMessage: A limit is broken, or there is nothing to show.
    """
    blocks = [*content.get("blocks", ())]
    for attachment in content.get("attachments", ()):
        blocks.extend(attachment.get("blocks", ()))
    if not content.get("text") and not blocks:
        raise RefusedMessage("no_text")
    if len(blocks) > MOST_BLOCKS:
        raise RefusedMessage("invalid_blocks")
    if any(len(block.get("elements", ())) > MOST_ELEMENTS for block in blocks):
        raise RefusedMessage("invalid_blocks")
    texts = [text for block in blocks for text in _texts(block)]
    if any(not text or len(text) > _LIMITS[kind] for kind, text in texts):
        raise RefusedMessage("invalid_blocks")
    if sum(len(text) for _, text in texts) > LONGEST_MESSAGE:
        raise RefusedMessage("msg_blocks_too_long")


def buttons_of(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the buttons of a message that answer an offer."""
    return [one for one in _elements(message) if one["type"] == "button" and not one["action_id"].startswith("choose-")]


def choices_of(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the menus of a message, and the buttons beside its offers."""
    return [one for one in _elements(message) if one not in buttons_of(message)]


def _elements(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    blocks = [*message.get("blocks", ())]
    for attachment in message.get("attachments", ()):
        blocks.extend(attachment.get("blocks", ()))
    return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]


def _texts(block: Mapping[str, Any]) -> list[tuple[str, str]]:
    match block["type"]:
        case "header":
            return [("header", block["text"]["text"])]
        case "section":
            whole = [("section", block["text"]["text"])] if "text" in block else []
            return whole + [("field", part["text"]) for part in block.get("fields", ())]
        case "context":
            return [("context", part["text"]) for part in block["elements"]]
        case "actions":
            return [text for part in block["elements"] for text in _element_texts(part)]
        case _:
            raise RefusedMessage("invalid_blocks")


def _element_texts(part: dict[str, Any]) -> list[tuple[str, str]]:
    asked = part.get("confirm")
    said = [] if asked is None else [("confirm title", asked["title"]["text"]), ("confirm", asked["text"]["text"])]
    if part["type"] == "button":
        return [*said, ("button", part["text"]["text"]), ("value", part["value"])]
    if part["type"] != "static_select" or not 0 < len(part["options"]) <= MOST_OPTIONS:
        raise RefusedMessage("invalid_blocks")
    options = [text for one in part["options"] for text in (("option", one["text"]["text"]), ("option", one["value"]))]
    return [*said, ("placeholder", part["placeholder"]["text"]), *options]
