"""Tells an open page that something is new: server-sent events that carry a digest and nothing else.

The page then fetches itself again and takes over what differs. So there is one way in which a page is drawn, and the
stream never carries a name.

Source: HTML standard, server-sent events (a stream that ends is opened again by the browser).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256

from flask import Flask, Response, abort, request
from werkzeug.exceptions import NotFound

from nightlatch.domain.errors import NightlatchError

Look = Callable[[Sequence[str]], object]  # gives whatever is another thing once the page would look different
LIVES_S = 300.0  # then the browser opens the stream anew: a page that nobody looks at any more costs no thread for long
_STILL_HERE_S = 15.0
MOST_IDS = 8


class News:
    """The streams of all pages."""

    def __init__(
        self, looks: Mapping[str, Look], *, every_s: float, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._looks = looks
        self._every_s = every_s
        self._pause = pause

    def add_to(self, app: Flask) -> None:
        """Offer the streams."""
        app.add_url_rule("/news/<of>", "news", self.stream)

    def stream(self, of: str) -> Response:
        """Open the stream of a page."""
        look, ids = self._looks.get(of), request.args.getlist("id")[:MOST_IDS]
        if look is None:
            abort(NotFound.code or 404)
        return Response(self._told(look, ids), mimetype="text/event-stream")

    def _told(self, look: Look, ids: Sequence[str]) -> Iterator[str]:
        yield "retry: 2000\n\n"
        before, silent_s = "", 0.0
        for _ in range(max(1, int(LIVES_S / self._every_s))):
            now = _digest(look, ids)
            silent_s += self._every_s
            if now != before or silent_s >= _STILL_HERE_S:
                yield f"data: {now}\n\n"
                before, silent_s = now, 0.0
            self._pause(self._every_s)


def _digest(look: Look, ids: Sequence[str]) -> str:
    try:
        seen = look(ids)
    except NightlatchError as error:  # the page says it, too, when it fetches itself
        seen = str(error)
    return sha256(repr(seen).encode()).hexdigest()[:16]
