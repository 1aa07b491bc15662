"""Reads what Slack sends when somebody presses a button, and believes nothing before the signature holds.

The signature is over the raw body; a request older than five minutes is refused, and two signing
secrets are accepted while one is being replaced.

Source: Slack, verifying requests from Slack (v0 signature); slack_sdk's verifier for the exact base text.
"""

from __future__ import annotations

import binascii
import hmac
import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import parse_qs

from nightlatch.domain.answering.choices import Choice, read_choice
from nightlatch.domain.answering.responses import Signal
from nightlatch.domain.errors import ForgedRequest

WINDOW_S = 300
LONGEST_STAMP = 12  # digits of a Unix time: enough for 29,000 years, and few enough for any arithmetic
_NOT_OURS = "the request is not a press of one of our buttons"
_SIGNALS = {"approve": Signal.APPROVE, "deny": Signal.DENY}
LARGEST_BODY = 16_384  # bytes; Slack's block_actions payload for our messages stays far below


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Somebody pressed one of our buttons."""

    button: str
    signal: Signal
    slack_id: str
    response_url: str = ""  # where the person can be answered privately


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Somebody chose something of what a message offers beside its buttons."""

    choice: Choice
    slack_id: str
    response_url: str = ""


def raw_body(event: Mapping[str, object]) -> bytes:
    """Give the exact bytes that API Gateway received.

    Raises:
        ForgedRequest: There is no body, it is too large, or it is not what its encoding says.
    """
    body = event.get("body")
    if not isinstance(body, str) or not body:
        raise ForgedRequest("the request has no body")
    try:
        raw = b64decode(body, validate=True) if event.get("isBase64Encoded") is True else body.encode()
    except (binascii.Error, ValueError):
        raise ForgedRequest("the body is not valid base64") from None
    if len(raw) > LARGEST_BODY:
        raise ForgedRequest(f"the body is larger than {LARGEST_BODY} bytes")
    return raw


def verify(headers: Mapping[str, str], body: bytes, *, secrets: Sequence[str], now: datetime) -> None:
    """Check that Slack signed exactly these bytes within the last five minutes.

    Raises:
        ForgedRequest: Timestamp or signature is missing, malformed, too old or wrong.
    """
    folded = {name.lower(): value for name, value in headers.items()}
    stamp = folded.get("x-slack-request-timestamp", "")
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > LONGEST_STAMP:
        raise ForgedRequest("the request has no timestamp from Slack")
    if abs(now.timestamp() - int(stamp)) > WINDOW_S:
        raise ForgedRequest("the request is older than five minutes; press the button again")
    given = folded.get("x-slack-signature", "")
    if not any(hmac.compare_digest(sign(body, stamp, secret).encode(), given.encode()) for secret in secrets if secret):
        raise ForgedRequest("the signature is not Slack's")


def sign(body: bytes, stamp: str, secret: str) -> str:
    """Make the v0 signature of a body at a Unix time given as text."""
    base = b"v0:" + stamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, sha256).hexdigest()


def read_press(body: bytes) -> Press | Chosen:
    """Find who pressed which button, or chose what, in a verified body.

    Raises:
        ForgedRequest: The body is no block_actions payload with something of ours.
    """
    try:
        form = parse_qs(body.decode(), strict_parsing=True)
        payload = json.loads(form["payload"][0])
        action = payload["actions"][0]
        verb, _, _ = action["action_id"].partition("-")
        slack_id, url = payload["user"]["id"], payload.get("response_url")
        value = action["selected_option"]["value"] if "selected_option" in action else action["value"]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise ForgedRequest(_NOT_OURS) from None
    if payload.get("type") != "block_actions" or not isinstance(value, str) or not isinstance(slack_id, str):
        raise ForgedRequest(_NOT_OURS)
    response_url = url if isinstance(url, str) else ""
    if verb in _SIGNALS:
        return Press(button=value, signal=_SIGNALS[verb], slack_id=slack_id, response_url=response_url)
    choice = read_choice(value) if verb == "choose" else None
    if choice is None:
        raise ForgedRequest(_NOT_OURS)
    return Chosen(choice=choice, slack_id=slack_id, response_url=response_url)
