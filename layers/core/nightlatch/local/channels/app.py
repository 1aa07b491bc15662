"""The stand-ins as a web application: three addresses to post to, and what they took, to look at.

It answers to loopback names only, like everything of the stage.
"""

from __future__ import annotations

import secrets as entropy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Flask, abort, jsonify, request

from nightlatch.local.channels.checks import RefusedPayload, check_pagerduty, check_teams, check_webhook
from nightlatch.local.channels.inbox import Inbox, Received

PREFIX = "/channels"
_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


@dataclass(frozen=True, slots=True)
class Keys:
    """The credentials that the stand-ins know, made up anew for each stage."""

    routing_key: str = field(default_factory=lambda: entropy.token_hex(16), repr=False)
    signing_key: str = field(default_factory=lambda: entropy.token_hex(32), repr=False)

    def document(self, root_url: str) -> dict[str, Any]:
        """Give the document of the channels' secret.

        Args:
            root_url: Where the stand-ins are.
        """
        return {
            "pagerduty": {"routing_key": self.routing_key, "url": f"{root_url}/pagerduty"},
            "teams": {"url": f"{root_url}/teams"},
            "webhook": {"url": f"{root_url}/webhook", "signing_keys": [self.signing_key]},
        }


def channels_app(inbox: Inbox, keys: Keys, *, now: Callable[[], datetime]) -> Flask:
    """Build the application, to be mounted at `/channels`."""
    app = Flask(__name__)
    app.before_request(_loopback_only)

    @app.post("/pagerduty")
    def pagerduty() -> Any:
        return _taken(inbox, "pagerduty", lambda body: check_pagerduty(body, keys.routing_key))

    @app.post("/teams")
    def teams() -> Any:
        return _taken(inbox, "teams", check_teams)

    @app.post("/webhook")
    def webhook() -> Any:
        return _taken(inbox, "webhook", lambda body: check_webhook(body, request.headers, keys.signing_key, now()))

    @app.get("/<channel>")
    def received(channel: str) -> Any:
        return jsonify([dict(one.body) for one in inbox.of(channel)])

    return app


def _loopback_only() -> None:
    if request.host.rsplit(":", 1)[0] not in _LOOPBACK:
        abort(HTTPStatus.FORBIDDEN)


def _taken(inbox: Inbox, channel: str, check: Callable[[bytes], Mapping[str, Any]]) -> Any:
    """Take or refuse what was posted, unless the channel is out of order."""
    status = inbox.answers(channel)
    if status is not None:
        return jsonify(status="out of order"), status
    try:
        body = check(request.get_data())
    except (RefusedPayload, ValueError, KeyError) as refusal:
        inbox.refuse(channel, repr(refusal))
        return jsonify(status="invalid event"), HTTPStatus.BAD_REQUEST
    inbox.take(Received(channel, body, dict(request.headers)))
    return jsonify(status="success"), HTTPStatus.ACCEPTED
