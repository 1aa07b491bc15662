"""Who may come in: whoever holds the link that was printed, once, and after that only the browser that came by it.

A web server on loopback is reached by every page that the browser of the same machine has open, and by every other
program and user of the machine. So, in this order: the Host header must be the very address that was bound (DNS
rebinding); the browser must not say that another site asks (Sec-Fetch-Site); a cookie that the one-time link gave; and
for whatever changes something a POST from our own origin with a token that our own page carried.

Cookies do not know ports: the browser shows those of 127.0.0.1 to every other server on it. Ours is bound to a path
that nobody can guess, below which the whole console lies, so the other servers never see it.

Source: RFC 6265 section 8.5 (weak confidentiality between ports) and 5.1.4 (paths); Fetch Metadata Request Headers
(W3C); OWASP cheat sheets on cross-site request forgery.
"""

from __future__ import annotations

import secrets as entropy
from http import HTTPStatus
from threading import Lock

from flask import Flask, Response, abort, request

COOKIE = "nightlatch"
LOOPBACK = "127.0.0.1"
LARGEST_FORM = 16_384  # bytes
_OUTSIDE = frozenset({"enter", "static"})  # endpoints that need no cookie; neither shows anything
_FRIENDLY = frozenset({"same-origin", "none"})  # `none`: typed, or opened by another program
_SAFE = frozenset({"GET", "HEAD"})
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser sends our own forms with `Origin: null`
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Door:
    """One link, one browser: the keys of one run of the console, in memory alone."""

    def __init__(self) -> None:
        self.place = f"/{entropy.token_hex(8)}"  # the path below which everything lies
        self.form_token = entropy.token_urlsafe(32)  # every form carries it
        self._ticket = entropy.token_urlsafe(32)
        self._key: str | None = None  # what the cookie must say, once somebody has come in
        self._one_at_a_time = Lock()

    @property
    def link(self) -> str:
        """The path that lets one browser in, once."""
        return f"{self.place}/enter/{self._ticket}"

    def admit(self, ticket: str) -> str | None:
        """Give the key to whoever brings the ticket first; nothing to everybody else."""
        with self._one_at_a_time:
            if self._key is not None or not _same(ticket, self._ticket):
                return None
            self._key = entropy.token_urlsafe(32)
            return self._key

    def knows(self, key: str) -> bool:
        """Tell whether a cookie is the one that was given."""
        return self._key is not None and _same(key, self._key)

    def made(self, token: str) -> bool:
        """Tell whether a form came from a page of ours."""
        return _same(token, self.form_token)


def guard(app: Flask, door: Door) -> None:
    """Put the door before every page, and the headers behind it."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM

    @app.before_request
    def check() -> None:
        if request.host != f"{LOOPBACK}:{request.environ['SERVER_PORT']}":
            abort(HTTPStatus.MISDIRECTED_REQUEST)
        if request.headers.get("Sec-Fetch-Site", "none") not in _FRIENDLY:
            abort(HTTPStatus.FORBIDDEN)
        if request.endpoint not in _OUTSIDE and not door.knows(request.cookies.get(COOKIE, "")):
            abort(HTTPStatus.UNAUTHORIZED)
        if request.method not in _SAFE and not _is_our_form(door):
            abort(HTTPStatus.FORBIDDEN)

    @app.after_request
    def close(response: Response) -> Response:
        response.headers.update(_HEADERS)
        return response


def _is_our_form(door: Door) -> bool:
    is_from_here = request.headers.get("Origin") == f"http://{request.host}"
    return is_from_here and door.made(request.form.get("form_token", ""))


def _same(one: str, other: str) -> bool:
    return entropy.compare_digest(one.encode(), other.encode())
