"""Sends JSON to an address that is itself a credential: over TLS, to nowhere else, and never repeated in a message.

A redirect is not followed, for it would carry the message and its signature to another host. What a service answers is
told by its status and a word of its own, never by what was sent or where.

Source: RFC 9110 (429 and 503 with Retry-After, in seconds or as a date); requests documentation, redirection.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

import requests

from nightlatch.adapters.channels.text import plain
from nightlatch.domain.errors import Busy, InvalidPolicy, Unavailable, Undeliverable

TIMEOUT_S = 3.0
USUAL_WAIT_S = 1.0  # where a service asks for a pause and does not say how long
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_WORD_LIMIT = 120


def checked_url(url: str, channel: str) -> str:
    """Give an address that may be sent to: TLS, or the machine itself for the local stage.

    Raises:
        InvalidPolicy: It is no such address; nothing of it is repeated.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if host and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)):
        return url
    raise InvalidPolicy(f"the address of {channel} in the channels' secret must begin with https://")


def send(session: requests.Session, url: str, body: bytes, *, channel: str, headers: Mapping[str, str]) -> None:
    """Post a body and see that it was taken.

    Args:
        session: Keeps the connection.
        url: The address, which nobody may see.
        body: JSON.
        channel: What it is called in messages.
        headers: Beside the content type.

    Raises:
        Busy: The service asks for a pause.
        Undeliverable: It does not take this message.
        Unavailable: It could not be reached, or failed itself.
    """
    every = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "nightlatch", **headers}
    try:
        answer = session.post(url, data=body, headers=every, timeout=TIMEOUT_S, allow_redirects=False)
    except requests.RequestException as error:
        # The exception's own text holds the address.
        raise Unavailable(f"{channel} could not be reached ({type(error).__name__})") from None
    status = answer.status_code
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        raise Busy(f"{channel} asks for a pause ({status})", wanted_pause_s(answer.headers))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        raise Unavailable(f"{channel} answered {status}")
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise Undeliverable(f"{channel} answered {status}{_word(answer)}; look at its credentials")


def wanted_pause_s(headers: Mapping[str, str]) -> float:
    """Give how long a service wants to be left alone, in seconds."""
    said = headers.get("Retry-After", "").strip()
    return float(said) if said.isascii() and said.isdecimal() else USUAL_WAIT_S


def _word(answer: requests.Response) -> str:
    """Give the status word of a JSON answer, where it is a short plain one: a service may echo what was sent to it."""
    try:
        said = answer.json()
    except ValueError:
        return ""
    word = said.get("status") if isinstance(said, dict) else None
    is_word = isinstance(word, str) and word.replace(" ", "").isalpha()
    return f" ({plain(str(word), _WORD_LIMIT)})" if is_word else ""
