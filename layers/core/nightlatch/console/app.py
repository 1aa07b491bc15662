"""The console as a web application: its pages, how they are drawn, and what is shown where something went wrong."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Flask, redirect, render_template, request, url_for
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from nightlatch.console import words
from nightlatch.console.answers import AnswerPages
from nightlatch.console.assets import add_assets
from nightlatch.console.audits import AuditPages
from nightlatch.console.baselines import BaselinePages
from nightlatch.console.choosing import ChoicePages
from nightlatch.console.confirming import Confirmations
from nightlatch.console.desk import Desk
from nightlatch.console.door import COOKIE, Door, guard
from nightlatch.console.health import HealthPages
from nightlatch.console.incidents import IncidentPages
from nightlatch.console.news import News
from nightlatch.console.posture import PosturePages
from nightlatch.console.secret import SecretPages
from nightlatch.console.wizard import RollbackPages
from nightlatch.domain.errors import NightlatchError, NotFound, Refused, Unauthorised, Unavailable

_STATUS = {
    NotFound: HTTPStatus.NOT_FOUND,
    Unauthorised: HTTPStatus.FORBIDDEN,
    Refused: HTTPStatus.CONFLICT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
_TITLES = {
    HTTPStatus.UNAUTHORIZED: "Open the link in your terminal",
    HTTPStatus.FORBIDDEN: "This is not for you to do",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.CONFLICT: "Nothing was changed",
    HTTPStatus.SERVICE_UNAVAILABLE: "AWS could not be asked",
}
_SAID = {
    HTTPStatus.UNAUTHORIZED: "The console lets in one browser: the one that opens the link which nightlatch console"
    " printed, and opens it first. If that was not you, end it with Ctrl-C and start it again.",
    HTTPStatus.FORBIDDEN: "The request did not come from a page of this console. Nothing was changed.",
}
PAGES = (
    ("incidents", "Incidents"),
    ("secrets", "Secrets"),
    ("audit", "Audit"),
    ("principals", "Principals"),
    ("health", "Health"),
)
# Every text passes through `shown`, then through the escaping that Flask turns on for .html.
_DRAWING: dict[str, Any] = {
    "finalize": words.shown,
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
}
_OTHERWISE = "That did not work"


def console_app(desk: Desk, door: Door) -> Flask:
    """Build the console of one nightlatch, behind a door."""
    app = Flask(__name__, static_folder=None)
    app.jinja_options = _DRAWING
    guard(app, door)
    _add_words(app, desk, door)
    _add_ends(app, desk)
    _add_entrance(app, door)
    add_assets(app)
    confirmations = Confirmations()
    incidents, answers, health = IncidentPages(desk), AnswerPages(desk, confirmations), HealthPages(desk)
    others = (
        ChoicePages(desk),
        SecretPages(desk),
        RollbackPages(desk, confirmations),
        PosturePages(desk),
        AuditPages(desk),
        BaselinePages(desk),
    )
    for pages in (incidents, answers, health, *others):
        pages.add_to(app)
    looks = {
        "incidents": incidents.seen,
        "incident": incidents.seen_one,
        "responses": answers.seen,
        "health": health.seen,
    }
    News(looks, every_s=desk.look_every_s).add_to(app)
    return app


def _add_words(app: Flask, desk: Desk, door: Door) -> None:
    app.add_template_filter(words.when)
    app.add_template_filter(words.counted)
    app.add_template_filter(words.some)
    app.add_template_filter(words.short)
    app.add_template_filter(desk.said, "placed")

    @app.context_processor
    def known() -> dict[str, object]:
        return {
            "desk": desk,
            "form_token": door.form_token,
            "words": words,
            "news": None,
            "site": PAGES,
            "here": request.endpoint,
        }


def _add_entrance(app: Flask, door: Door) -> None:
    @app.get("/enter/<ticket>", endpoint="enter")
    def enter(ticket: str) -> Any:
        # A browser that only looks ahead, or a HEAD, must not use the link up.
        is_meant = request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")
        key = door.admit(ticket) if is_meant else None
        if key is None:
            return _page(HTTPStatus.UNAUTHORIZED, _SAID[HTTPStatus.UNAUTHORIZED])
        answer = redirect(url_for("incidents"), HTTPStatus.SEE_OTHER)
        answer.set_cookie(COOKIE, key, path=f"{door.place}/", httponly=True, samesite="Strict")
        return answer


def _add_ends(app: Flask, desk: Desk) -> None:
    """Make a page of every error: what happened, and what to do next."""

    @app.errorhandler(HTTPException)
    def ended(error: HTTPException) -> Any:
        code = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        return _page(code, _SAID.get(code, error.description or ""))

    @app.errorhandler(NightlatchError)
    def refused(error: NightlatchError) -> Any:
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), None)
        return _page(status or HTTPStatus.INTERNAL_SERVER_ERROR, desk.said(str(error)))


def _page(status: HTTPStatus, said: str) -> tuple[str, int]:
    is_inside = status is not HTTPStatus.UNAUTHORIZED
    title = _TITLES.get(status, _OTHERWISE)
    return render_template("ended.html", title=title, said=said, is_inside=is_inside), status
