"""What PagerDuty, Teams and a careful receiver of the webhook refuse, by what they publish.

Source: PagerDuty developer docs, events-API-v2 (required fields, lengths, severities, 512 KB); Adaptive Cards schema
1.4, TextBlock, RichTextBlock and TextRun; Microsoft Learn, webhooks and connectors (28 KB; cards alone); and for the
webhook docs/channels.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from nightlatch.adapters.channels.webhook import ID, is_ours

PAGERDUTY_BYTES = 512 * 1024
TEAMS_BYTES = 28 * 1024
ROUTING_KEY_LENGTH = 32
_SEVERITIES = {"critical", "error", "warning", "info"}
_LENGTHS = {"summary": 1_024, "source": 255, "component": 255, "group": 255, "class": 255}
_TRUSTED = {"Who", "Where", "When", "Secrets", "Why", "Changed", "Done", "Found out", "What you can do"}


class RefusedPayload(Exception):
    """The service would not take this; the text says why."""


def _demand(holds: object, why: str) -> None:
    if not holds:
        raise RefusedPayload(why)


def check_pagerduty(body: bytes, routing_key: str) -> Mapping[str, Any]:
    """Read an event as PagerDuty does.

    Raises:
        RefusedPayload: It is no event.
    """
    _demand(len(body) <= PAGERDUTY_BYTES, "larger than 512 KB")
    event = _object(body)
    _demand(event.get("routing_key") == routing_key, "another routing_key")
    _demand(event.get("event_action") in {"trigger", "acknowledge", "resolve"}, "no event_action")
    _demand(0 < len(str(event.get("dedup_key", ""))) <= 255, "dedup_key is not 1 to 255 characters")  # noqa: PLR2004
    if event["event_action"] == "trigger":
        payload = event.get("payload", {})
        _demand(payload.get("severity") in _SEVERITIES, "no severity of PagerDuty's")
        _demand(payload.get("summary") and payload.get("source"), "no summary or no source")
        for name, longest in _LENGTHS.items():
            _demand(len(str(payload.get(name, ""))) <= longest, f"{name} is too long")
        _demand(str(payload["summary"]).isprintable(), "a summary of more than one line")
        if "timestamp" in payload:
            datetime.fromisoformat(str(payload["timestamp"]))
    return event


def check_teams(body: bytes) -> Mapping[str, Any]:
    """Read a message as a workflow for Teams does, and see that only our own words are read as Markdown.

    Raises:
        RefusedPayload: It is no message with one card, or somebody else's words have a meaning in it.
    """
    message = _object(body)
    _demand(len(body.decode().encode("utf-16-le")) <= TEAMS_BYTES, "larger than 28 KB")
    _demand(message.get("type") == "message", "no message")
    (attachment,) = message["attachments"]
    _demand(attachment["contentType"] == "application/vnd.microsoft.card.adaptive", "no Adaptive Card")
    card = attachment["content"]
    _demand((card["type"], card["version"]) == ("AdaptiveCard", "1.4"), "no card of version 1.4")
    _demand("entities" not in card.get("msteams", {}), "a mention")
    _demand(card["body"], "an empty card")
    for text, is_markdown in _texts(card["body"]):
        _demand(text and text.isprintable(), "an empty or hidden text")
        _demand(not is_markdown or text in _TRUSTED, "somebody else's words as Markdown")
        _demand(not any(sign in text for sign in ("<", "{", "://")), "a tag, a template or a link")
    return message


def _texts(body: list[dict[str, Any]]) -> Iterator[tuple[str, bool]]:
    for element in body:
        match element:
            case {"type": "TextBlock", "text": str(text)}:
                yield text, True
            case {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": str(text)}]}:
                yield text, False
            case _:
                raise RefusedPayload("an element that is no text")


def check_webhook(body: bytes, headers: Mapping[str, str], key: str, now: datetime) -> Mapping[str, Any]:
    """Read a message as the documentation tells receivers to.

    Raises:
        RefusedPayload: It is not signed with the key, too old, or bears two ids.
    """
    _demand(is_ours(body, headers, key, now), "not signed, or too old")
    message = _object(body)
    _demand(message.get("id") == headers.get(ID), "another id in the header")
    _demand(message.get("type"), "no type")
    _demand(isinstance(message.get("data"), Mapping), "no data")
    return message


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise RefusedPayload("no JSON") from error
    _demand(isinstance(found, Mapping), "no JSON object")
    return dict(found)
