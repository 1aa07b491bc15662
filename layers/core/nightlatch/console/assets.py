"""After this module a reader knows where a page's style and script come from: out of memory, never from an open file.

Flask's own way hands an open file to the server, and Werkzeug leaves it open where a browser goes away at the wrong
moment (what it does after an answer may fail before it closes). These files are small, so they are read once.
"""

from __future__ import annotations

from http import HTTPStatus
from importlib.resources import files

from flask import Flask, Response, abort

_KINDS = {".css": "text/css", ".js": "text/javascript"}


def add_assets(app: Flask) -> None:
    """Answer for every style and script of the console, as the endpoint `static`."""
    held = {
        file.name: (file.read_bytes(), kind)
        for file in files("nightlatch.console").joinpath("static").iterdir()
        for ending, kind in _KINDS.items()
        if file.name.endswith(ending)
    }

    @app.get("/static/<filename>", endpoint="static")
    def static(filename: str) -> Response:
        if filename not in held:
            abort(HTTPStatus.NOT_FOUND)
        content, kind = held[filename]
        return Response(content, mimetype=kind)
