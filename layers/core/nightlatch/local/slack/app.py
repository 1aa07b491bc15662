"""The stand-in as a web application: Slack's API for our functions, one page for the person at the machine.

Pressing a button on the page sends the request that Slack would send, with the same signature over the
same raw bytes, to the interactions endpoint of the stack. The page trusts nobody else: it answers to
loopback names only, and a press needs the token that the page was served with.
"""

from __future__ import annotations

import json
import secrets as entropy
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import requests
from flask import Flask, Response, abort, jsonify, render_template, request

from nightlatch.adapters.slack.requests import sign
from nightlatch.local.slack.workspace import RefusedMessage, Workspace, buttons_of, choices_of

PREFIX = "/slack"
PEOPLE = {"U01ANA": "ana (approver)", "U02BEN": "ben (approver)", "U03MAL": "mallory (nobody)"}
PRESS_TIMEOUT_S = 10
_HEARTBEAT_S = 10.0
_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def slack_app(
    workspace: Workspace, *, interactions_url: Callable[[], str], now: Callable[[], float] = time.time
) -> Flask:
    """Build the application, to be mounted at `/slack` (its page uses relative addresses).

    Args:
        workspace: The messages.
        interactions_url: Gives where the stack takes presses; known once the stack is deployed.
        now: The stage's time in Unix seconds, which goes into the signature.
    """
    app = Flask(__name__, template_folder="page", static_folder="page", static_url_path="/page")
    page_token = entropy.token_urlsafe(24)
    _guard(app)
    _add_api(app, workspace)
    _add_page(app, workspace, page_token)

    @app.post("/press")
    def press() -> Any:
        if not entropy.compare_digest(request.headers.get("X-Page-Token", ""), page_token):
            abort(HTTPStatus.FORBIDDEN)
        asked = request.get_json()
        return jsonify(_press(workspace, asked, interactions_url(), request.url_root.rstrip("/"), now()))

    return app


def _guard(app: Flask) -> None:
    @app.before_request
    def loopback_only() -> None:
        if request.host.rsplit(":", 1)[0] not in _LOOPBACK:
            abort(HTTPStatus.FORBIDDEN)

    @app.after_request
    def headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def _add_api(app: Flask, workspace: Workspace) -> None:
    """Answer as Slack's Web API does: HTTP 200 with `ok`, also for refusals."""

    def answer(act: Callable[[dict[str, Any]], Any]) -> Any:
        if request.headers.get("Authorization") != f"Bearer {workspace.token}":
            return jsonify(ok=False, error="invalid_auth")
        content = request.get_json()
        try:
            message = act({key: content[key] for key in ("text", "blocks", "attachments") if key in content})
        except RefusedMessage as refusal:
            return jsonify(ok=False, error=str(refusal))
        return jsonify(ok=True, channel=message.channel, ts=message.ts)

    @app.post("/api/chat.postMessage")
    def post_message() -> Any:
        asked = request.get_json()
        thread, aloud = asked.get("thread_ts"), asked.get("reply_broadcast") is True
        if thread is not None:
            return answer(lambda content: workspace.reply(str(thread), content, aloud=aloud))
        return answer(lambda content: workspace.post(asked["channel"], content))

    @app.post("/api/chat.update")
    def update() -> Any:
        return answer(lambda content: workspace.update(request.get_json()["ts"], content))

    @app.post("/webhook")
    def webhook() -> Any:
        try:
            workspace.post("webhook", request.get_json())
        except RefusedMessage as refusal:
            return str(refusal), HTTPStatus.BAD_REQUEST
        return "ok"

    @app.post("/response/<ts>")
    def respond_privately(ts: str) -> Any:
        workspace.answer(ts, str(request.get_json().get("text", "")))
        return "ok"


def _add_page(app: Flask, workspace: Workspace, page_token: str) -> None:
    @app.get("/")
    def page() -> str:
        return render_template("index.html", token=page_token, people=PEOPLE)

    @app.get("/messages")
    def messages() -> Any:
        return jsonify(messages=workspace.messages())

    @app.get("/stream")
    def stream() -> Response:
        return Response(_news(workspace), mimetype="text/event-stream")


def _news(workspace: Workspace) -> Iterator[str]:
    seen = -1
    while True:
        seen = workspace.wait(seen, _HEARTBEAT_S)
        yield f"data: {seen}\n\n"


def _pressed(element: dict[str, Any], value: str) -> dict[str, Any]:
    """Write an action as Slack does; of a menu the option that was chosen."""
    action = {"type": element["type"], "action_id": element["action_id"]}
    if element["type"] == "button":
        return {**action, "value": element["value"]}
    option = next((one for one in element["options"] if one["value"] == value), None)
    if option is None:
        abort(HTTPStatus.NOT_FOUND)
    return {**action, "selected_option": option}


def _press(workspace: Workspace, asked: dict[str, Any], url: str, root_url: str, now: float) -> dict[str, Any]:
    """Send what Slack sends when a person presses a button, and say what came back."""
    message = workspace.message(str(asked.get("ts")))
    elements = [*buttons_of(message or {}), *choices_of(message or {})]
    button = next((b for b in elements if b["action_id"] == asked.get("action_id")), None)
    if message is None or button is None:
        abort(HTTPStatus.NOT_FOUND)
    person = str(asked.get("person", next(iter(PEOPLE))))
    payload = {
        "type": "block_actions",
        "user": {"id": person, "username": person, "team_id": "T01LOCAL"},
        "team": {"id": "T01LOCAL", "domain": "local-stage"},
        "container": {"type": "message", "message_ts": message["ts"], "channel_id": message["channel"]},
        "response_url": f"{root_url}/response/{message['ts']}",
        "actions": [_pressed(button, str(asked.get("value", "")))],
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    stamp = str(int(now))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": sign(body, stamp, workspace.signing_secret),
    }
    answer = requests.post(url, data=body, headers=headers, timeout=PRESS_TIMEOUT_S)
    return {"status": answer.status_code, "text": answer.text}
